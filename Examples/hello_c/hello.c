/*
 * A gtornado plugin in plain C: no Swift, no library, one header.
 *
 *     cc -shared -fPIC -I Sources/CGTornado/include -o libhello_c.so Examples/hello_c/hello.c
 *     gtornado run ./libhello_c.so
 *
 * It brings no event loop and no HTTP server of its own. It leaves those slots of its registry empty, the runner fills
 * them before it calls main, and everything below goes through the two tables found there.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <gtornado.h>
#include <stdio.h>
#include <string.h>

GTORNADO_RECORD();

#define BYTES(literal) ((gt_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})
#define TABLE(type, slot) ((const type *)slots[slot].table)

static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {.name = "ioloop"},
    [GT_SLOT_HTTPSERVER] = {.name = "httpserver"},
    [GT_SLOT_RESOLVER] = {.name = "resolver"},
    [GT_SLOT_SUSPEND] = {.name = "suspend"},
};
static gt_registry registry = {.size = sizeof registry, .slot_count = GT_SLOT_COUNT, .slots = slots};

/* The whole answer is given inside this call, so there is no context to return and nothing below is called for it. */
static void *answer(void *server, gt_exchange *exchange, const gt_request *request) {
    (void)server;
    const gt_header type = {BYTES("Content-Type"), BYTES("text/plain; charset=utf-8")};
    int found = request->target.size == 1 && request->target.data[0] == '/';
    gt_bytes text = found ? BYTES("Hello, world") : BYTES("There is only / here.\n");
    gt_response response = {
        .size = sizeof response,
        .flags = GT_RESPONSE_DATE,
        .status = found ? 200 : 404,
        .headers = &type,
        .header_count = 1,
        .content_length = (int64_t)text.size,
    };
    /* It fails only if the client has gone, and then there is nobody to tell. */
    (void)TABLE(gt_httpserver, GT_SLOT_HTTPSERVER)->respond(exchange, &response, text, GT_END);
    return NULL;
}

static void body(void *request, gt_bytes piece) { (void)request, (void)piece; }
static void body_end(void *request, const gt_header *trailers, size_t count) {
    (void)request, (void)trailers, (void)count;
}
static void no_op(void *request) { (void)request; }
static void finished(void *request, int lost) { (void)request, (void)lost; }

static const gt_http_delegate delegate = {
    .size = sizeof delegate,
    .version = GTORNADO_ABI_VERSION,
    .request = answer,
    .body = body,
    .body_end = body_end,
    .peer_closed = no_op,
    .drained = no_op,
    .finished = finished,
};

static const gt_server_settings settings = {
    .size = sizeof settings,
    .max_start_line_size = 8 * 1024,
    .max_header_size = 64 * 1024,
    .max_header_count = 100,
    .max_buffer_size = 1024 * 1024,
    .max_body_size = 1024 * 1024,
    .chunk_size = 64 * 1024,
    .idle_connection_timeout = 3600,
    .header_timeout = 60,
    .body_timeout = 60,
    .write_timeout = 60,
};

static int run(const gt_host *host, int argc, char *const *argv) {
    (void)host, (void)argc, (void)argv;
    const gt_ioloop *ioloop = TABLE(gt_ioloop, GT_SLOT_IOLOOP);
    const gt_httpserver *httpserver = TABLE(gt_httpserver, GT_SLOT_HTTPSERVER);
    if (!ioloop || !httpserver) {
        fprintf(stderr,
                "hello_c: the slot \"%s\" is empty, and this plugin brings nothing of its own to fill it.\n"
                "Run it with the patches on: gtornado run ./libhello_c.so\n",
                ioloop ? "httpserver" : "ioloop");
        return 1;
    }
    gt_loop *loop = ioloop->current();
    gt_server *server = loop ? httpserver->create(loop, &settings, &delegate, NULL) : NULL;
    if (!server) {
        perror(loop ? "hello_c: cannot make an HTTP server" : "hello_c: cannot make an event loop");
        return 1;
    }
    gt_listening listening = {.size = sizeof listening};
    int status = httpserver->listen(server, ":8888", 0, 0, &listening);
    if (status < 0) {
        fprintf(stderr, "hello_c: cannot listen on port 8888: %s\n",
                listening.error[0] ? listening.error : strerror(-status));
    } else {
        status = ioloop->start(loop);
        if (status < 0) fprintf(stderr, "hello_c: the event loop ended early: %s\n", strerror(-status));
    }
    httpserver->destroy(server);
    (void)ioloop->close(loop);
    return status < 0;
}

const gt_plugin *gtornado_plugin_v1(void) {
    static const gt_plugin plugin = {
        .size = sizeof plugin,
        .magic = GTORNADO_MAGIC,
        .abi_version = GTORNADO_ABI_VERSION,
        .framework_version = GTORNADO_VERSION,
        .name = "hello_c",
        .framework = "gtornado.h " GTORNADO_VERSION_STRING,
        .registry = &registry,
        .main = run,
    };
    return &plugin;
}
