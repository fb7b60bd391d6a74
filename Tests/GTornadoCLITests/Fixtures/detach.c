/*
 * A plugin that takes connections over: every request for an upgrade, whose bytes it sends back from then on.
 *
 * "/upgrade" is taken over inside the call that tells of the request, "/later" in a turn of its own. Anything else is
 * answered with how many were taken over so far; a body is answered with itself. A taken-over connection that reads
 * "bye" is closed. An argument is the limit of heads and handshakes in seconds.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "gtornado.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detached.h"

GTORNADO_RECORD();

static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {.name = "ioloop"},
    [GT_SLOT_HTTPSERVER] = {.name = "httpserver"},
    [GT_SLOT_RESOLVER] = {.name = "resolver"},
    [GT_SLOT_SUSPEND] = {.name = "suspend"},
};
static gt_registry registry = {.size = sizeof registry, .slot_count = GT_SLOT_COUNT, .slots = slots};

static const gt_ioloop *ioloop(void) { return slots[GT_SLOT_IOLOOP].table; }
static const gt_httpserver *http(void) { return slots[GT_SLOT_HTTPSERVER].table; }

static gt_loop *loop;
static gt_server *server_handle;
static int taken, finished_well, finished_lost;

static void readable(int fd, uint32_t events, void *context) {
    (void)events;
    connection *peer = context;
    char bytes[4096];
    long count;
    while ((count = connection_read(peer, bytes, sizeof bytes)) > 0) {
        if (count >= 3 && !memcmp(bytes + count - 3, "bye", 3)) break;
        connection_write(peer, bytes, count);
    }
    if (count == -EAGAIN) return;
    ioloop()->remove_handler(loop, fd);
    connection_close(peer);
}

static void take(gt_exchange *exchange) {
    gt_bytes unread = {0};
    connection *peer = connection_detach(http(), exchange, &unread);
    if (!peer) {
        printf("cannot take over: %s\n", strerror(errno));
        fflush(stdout);
        http()->abort(exchange);
        return;
    }
    taken++;
    static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";
    connection_write(peer, head, sizeof head - 1);
    connection_write(peer, (const char *)unread.data, (long)unread.size);
    ioloop()->add_handler(loop, connection_fd(peer), GT_READ, readable, peer);
    readable(connection_fd(peer), GT_READ, peer);
}

static void take_later(void *exchange) { take(exchange); }

/* A request: for an upgrade, or with a body that comes in. */
typedef struct upload {
    int is_upgrade;
    gt_exchange *exchange;
    uint8_t *bytes;
    size_t size;
} upload;

static upload *make_request(gt_exchange *exchange, int is_upgrade) {
    upload *made = calloc(1, sizeof *made);
    made->is_upgrade = is_upgrade;
    made->exchange = exchange;
    return made;
}

static int is(gt_bytes bytes, const char *text) {
    return bytes.size == strlen(text) && !memcmp(bytes.data, text, bytes.size);
}

static void *request(void *server, gt_exchange *exchange, const gt_request *head) {
    (void)server;
    if (head->flags & GT_REQUEST_UPGRADE && is(head->target, "/upgrade")) {
        upload *made = make_request(exchange, 1);
        take(exchange);
        return made;
    }
    if (head->flags & GT_REQUEST_UPGRADE && is(head->target, "/later")) {
        ioloop()->call_at(loop, ioloop()->time(loop) + 0.01, take_later, exchange);
        return make_request(exchange, 1);
    }
    if (head->content_length > 0) return make_request(exchange, 0);
    char text[200];
    int size = snprintf(text, sizeof text, "%s taken %d finished %d lost %d connections %zu\n",
                        head->flags & GT_REQUEST_TLS ? "TLS" : "plain", taken, finished_well, finished_lost,
                        http()->connection_count(server_handle));
    gt_response response = {.size = sizeof response, .status = 200, .content_length = size};
    http()->respond(exchange, &response, (gt_bytes){(const uint8_t *)text, (size_t)size}, GT_END);
    return 0;
}

static void body(void *context, gt_bytes piece) {
    upload *own = context;
    own->bytes = realloc(own->bytes, own->size + piece.size);
    memcpy(own->bytes + own->size, piece.data, piece.size);
    own->size += piece.size;
}

static void body_end(void *context, const gt_header *trailers, size_t count) {
    (void)trailers, (void)count;
    upload *own = context;
    if (own->is_upgrade) return;
    gt_response response = {.size = sizeof response, .status = 200, .content_length = (int64_t)own->size};
    http()->respond(own->exchange, &response, (gt_bytes){own->bytes, own->size}, GT_END);
}

static void nothing(void *context) { (void)context; }

static void finished(void *context, int lost) {
    upload *own = context;
    if (own->is_upgrade && lost) finished_lost++;
    else if (own->is_upgrade) finished_well++;
    free(own->bytes);
    free(own);
}

static const gt_http_delegate delegate = {
    .size = sizeof delegate, .version = GTORNADO_ABI_VERSION, .request = request, .body = body, .body_end = body_end,
    .peer_closed = nothing, .drained = nothing, .finished = finished,
};

static int serve(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    loop = ioloop()->current();
    gt_server_settings settings = {
        .size = sizeof settings, .max_header_size = 65536, .max_body_size = 1 << 20, .idle_connection_timeout = 60,
        .header_timeout = argc > 1 ? atof(argv[1]) : 0,
    };
    server_handle = http()->create(loop, &settings, &delegate, 0);
    gt_listening listening = {.size = sizeof listening};
    if (!server_handle || http()->listen(server_handle, "127.0.0.1:0", 0, 0, &listening) < 0) return 1;
    return ioloop()->start(loop) < 0;
}

static const gt_plugin plugin = {
    .size = sizeof plugin, .magic = GTORNADO_MAGIC, .abi_version = GTORNADO_ABI_VERSION,
    .framework_version = GTORNADO_VERSION, .name = "detach", .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = &registry, .main = serve,
};

const gt_plugin *gtornado_plugin_v1(void) { return &plugin; }
