/*
 * A gateway application in plain C: one function from a request to its answer, and no loop, server or main.
 *
 *     cc -shared -fPIC -I Sources/CGTornado/include -o libgateway_c.so Examples/gateway_c/gateway.c
 *     gtornado run ./libgateway_c.so --http-socket :9090 --tornado 100
 *
 * The runner serves HTTP with it, on port 8888 if --http-socket says nothing else. Each call has a greenlet to itself:
 * it may block in libc's functions, and others are served meanwhile. GET /wait/2 sleeps for two seconds, POST /sum
 * counts what it is sent while that arrives, and everything else is answered with the environment.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <gtornado.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

GTORNADO_RECORD();

#define BYTES(literal) ((gt_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static const gt_header plain = {BYTES("Content-Type"), BYTES("text/plain; charset=utf-8")};

static int say(const gt_environ *environ, const char *text) {
    return environ->write(environ->gateway, (gt_bytes){(const uint8_t *)text, strlen(text)});
}

/* A variable's value, which ends in NUL; empty if there is none. */
static const char *variable(const gt_environ *environ, const char *name) {
    for (size_t index = 0; index < environ->variable_count; index++)
        if (!strcmp((const char *)environ->variables[index].name.data, name))
            return (const char *)environ->variables[index].value.data;
    return "";
}

static int wait_for(const gt_environ *environ, const char *seconds) {
    char text[64];
    unsigned length = (unsigned)strtoul(seconds, NULL, 10);
    if (length > 60) {
        environ->start_response(environ->gateway, "400 Bad Request", &plain, 1);
        return say(environ, "Waiting is for 60 seconds at most.\n");
    }
    sleep(length); /* Blocks this greenlet, and nobody else. */
    environ->start_response(environ->gateway, "200 OK", &plain, 1);
    snprintf(text, sizeof text, "Slept for %u s.\n", length);
    return say(environ, text);
}

static int sum(const gt_environ *environ) {
    unsigned char buffer[4096];
    char text[96];
    unsigned long long bytes = 0, total = 0;
    int64_t count;
    while ((count = environ->read_body(environ->gateway, buffer, sizeof buffer)) > 0) {
        bytes += (unsigned long long)count;
        for (int64_t index = 0; index < count; index++) total += buffer[index];
    }
    if (count < 0) return (int)count; /* The client has gone. */
    environ->start_response(environ->gateway, "200 OK", &plain, 1);
    snprintf(text, sizeof text, "%llu bytes, their sum is %llu\n", bytes, total);
    return say(environ, text);
}

static int show(const gt_environ *environ) {
    environ->start_response(environ->gateway, "200 OK", &plain, 1);
    for (size_t index = 0; index < environ->variable_count; index++) {
        int status = say(environ, (const char *)environ->variables[index].name.data);
        if (!status) status = say(environ, "=");
        if (!status) status = environ->write(environ->gateway, environ->variables[index].value);
        if (!status) status = say(environ, "\n");
        if (status) return status;
    }
    return 0;
}

static int application(const gt_environ *environ) {
    const char *path = variable(environ, "PATH_INFO");
    if (!strncmp(path, "/wait/", 6)) return wait_for(environ, path + 6);
    if (!strcmp(path, "/sum")) return sum(environ);
    return show(environ);
}

/* The runner puts its event loop, its HTTP server and its greenlets into these slots. */
static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {.name = "ioloop"},
    [GT_SLOT_HTTPSERVER] = {.name = "httpserver"},
    [GT_SLOT_RESOLVER] = {.name = "resolver"},
    [GT_SLOT_SUSPEND] = {.name = "suspend"},
};
static gt_registry registry = {.size = sizeof registry, .slot_count = GT_SLOT_COUNT, .slots = slots};

const gt_plugin *gtornado_plugin_v1(void) {
    static const gt_plugin plugin = {
        .size = sizeof plugin,
        .magic = GTORNADO_MAGIC,
        .abi_version = GTORNADO_ABI_VERSION,
        .framework_version = GTORNADO_VERSION,
        .name = "gateway_c",
        .framework = "gtornado.h " GTORNADO_VERSION_STRING,
        .registry = &registry,
        .application = application,
    };
    return &plugin;
}
