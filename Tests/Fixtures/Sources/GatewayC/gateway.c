/*
 * A gateway application in C that does what tests need: every call of gt_environ, rightly and wrongly used.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <gtornado.h>
#include <stdio.h>
#include <string.h>

GTORNADO_RECORD();

#define BYTES(literal) ((gt_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static const gt_header plain = {BYTES("Content-Type"), BYTES("text/plain")};

static const char *variable(const gt_environ *environ, const char *name) {
    for (size_t index = 0; index < environ->variable_count; index++)
        if (!strcmp((const char *)environ->variables[index].name.data, name))
            return (const char *)environ->variables[index].value.data;
    return "";
}

static int start(const gt_environ *environ, const char *status) {
    return environ->start_response(environ->gateway, status, &plain, 1);
}

static int say(const gt_environ *environ, const char *text) {
    return environ->write(environ->gateway, (gt_bytes){(const uint8_t *)text, strlen(text)});
}

static int with_length(const gt_environ *environ, const char *length) {
    const gt_header field = {BYTES("Content-Length"), {(const uint8_t *)length, strlen(length)}};
    return environ->start_response(environ->gateway, "200 OK", &field, 1);
}

/* The codes of calls that must fail, as text. */
static int codes(const gt_environ *environ) {
    const gt_header bad = {BYTES("X"), BYTES("a\r\nb: c")};
    const gt_header length = {BYTES("Content-Length"), BYTES("x")};
    char text[256];
    int before = say(environ, "too early");
    int word = start(environ, "fine");
    int interim = start(environ, "100 Go on");
    int line = start(environ, "200 O\rK");
    int value = environ->start_response(environ->gateway, "200 OK", &bad, 1);
    int number = environ->start_response(environ->gateway, "200 OK", &length, 1);
    int first = start(environ, "500 Replaced");
    int second = with_length(environ, "100");
    int sent = say(environ, "");
    int again = start(environ, "200 OK");
    int none = with_length(environ, "96");
    snprintf(text, sizeof text, "%d %d %d %d %d %d / %d %d %d %d %d\n", before == -EINVAL, word == -EINVAL,
             interim == -EINVAL, line == -EINVAL, value == -EINVAL, number == -EINVAL, first, second, sent, again,
             none);
    say(environ, text);
    snprintf(text, sizeof text, "%d %d\n", start(environ, "200 OK") == -EALREADY,
             with_length(environ, "1") == -EALREADY);
    say(environ, text);
    char rest[97];
    memset(rest, '.', sizeof rest);
    gt_bytes too_many = {(const uint8_t *)rest, sizeof rest};
    int size = environ->write(environ->gateway, too_many);
    size_t used = strlen("1 1 1 1 1 1 / 0 0 0 0 0\n") + strlen("1 1\n");
    too_many.size = 96 - used - 2;
    environ->write(environ->gateway, too_many);
    return say(environ, size == -EMSGSIZE ? "1\n" : "0\n");
}

/* 24 MiB, written as fast as the client takes them; tells how many pieces are out. */
static int pieces;
static int large(const gt_environ *environ) {
    static uint8_t piece[16 * 1024];
    memset(piece, 'a', sizeof piece);
    start(environ, "200 OK");
    for (pieces = 0; pieces < 1536; pieces++) {
        int status = environ->write(environ->gateway, (gt_bytes){piece, sizeof piece});
        if (status) return status;
    }
    return 0;
}

static int echo(const gt_environ *environ) {
    char buffer[7];
    int64_t count;
    start(environ, "200 OK");
    while ((count = environ->read_body(environ->gateway, buffer, sizeof buffer)) > 0)
        environ->write(environ->gateway, (gt_bytes){(const uint8_t *)buffer, (size_t)count});
    return (int)count;
}

static int application(const gt_environ *environ) {
    const char *path = variable(environ, "PATH_INFO");
    char text[64];
    if (!strcmp(path, "/codes")) return codes(environ);
    if (!strcmp(path, "/large")) return large(environ);
    if (!strcmp(path, "/echo")) return echo(environ);
    if (!strcmp(path, "/fail/number")) return 7;
    if (!strcmp(path, "/fail/silent")) return 0;
    if (!strcmp(path, "/fail/started")) return start(environ, "200 OK"), 1;
    if (!strcmp(path, "/fail/sent")) return start(environ, "200 OK"), say(environ, "some of it"), 1;
    if (!strcmp(path, "/fail/short")) return with_length(environ, "10"), say(environ, "short");
    if (!strcmp(path, "/empty")) return start(environ, "204 No Content");
    if (!strcmp(path, "/head")) return with_length(environ, "5");
    start(environ, "202 Taken");
    snprintf(text, sizeof text, "%d\n", pieces);
    return say(environ, text);
}

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
        .name = "gateway_c_tests",
        .framework = "gtornado.h " GTORNADO_VERSION_STRING,
        .registry = &registry,
        .application = application,
    };
    return &plugin;
}
