/*
 * A loop and a server that only pretend, so that what stays in an app can be told from what was put in.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "gtornado.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct gt_loop {
    gt_callback callback;
    void *context;
};
static gt_loop own_loop;

static gt_loop *own_current(void) {
    return &own_loop;
}

static const char *own_backend(gt_loop *loop) {
    (void)loop;
    return "pretence";
}

/* Runs the one callback that may wait, and ends. */
static int own_start(gt_loop *loop) {
    gt_callback callback = loop->callback;
    loop->callback = 0;
    if (callback) callback(loop->context);
    return 0;
}

static void own_stop(gt_loop *loop) {
    (void)loop;
}

static int own_add_callback(gt_loop *loop, gt_callback callback, void *context) {
    loop->callback = callback;
    loop->context = context;
    return 0;
}

static int own_add_handler(gt_loop *loop, int fd, uint32_t events, gt_fd_callback callback, void *context) {
    (void)loop, (void)fd, (void)events, (void)callback, (void)context;
    return 0;
}

static double own_time(gt_loop *loop) {
    (void)loop;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec;
}

static const gt_ioloop own_ioloop = {
    .size = sizeof own_ioloop, .version = GTORNADO_ABI_VERSION, .name = "own", .current = own_current,
    .backend = own_backend, .start = own_start, .stop = own_stop, .add_handler = own_add_handler,
    .add_callback = own_add_callback, .time = own_time,
};

static gt_server *own_create(gt_loop *loop, const gt_server_settings *settings, const gt_http_delegate *delegate,
                             void *context) {
    (void)settings, (void)delegate, (void)context;
    return (gt_server *)loop;
}

/* Addresses that begin with "busy" are in use. */
static int own_listen(gt_server *server, const char *address, int backlog, int reuse_port, gt_listening *result) {
    (void)server, (void)backlog, (void)reuse_port;
    result->fd = -1;
    if (!strncmp(address, "busy", 4)) {
        snprintf(result->error, sizeof result->error, "somebody has %s", address);
        return -EADDRINUSE;
    }
    snprintf(result->address, sizeof result->address, "own:%s", address);
    snprintf(result->url, sizeof result->url, "own://%s/", address);
    return 0;
}

static void own_destroy(gt_server *server) {
    (void)server;
}

static const gt_httpserver own_httpserver = {
    .size = sizeof own_httpserver, .version = GTORNADO_ABI_VERSION, .name = "own", .create = own_create,
    .listen = own_listen, .destroy = own_destroy,
};
