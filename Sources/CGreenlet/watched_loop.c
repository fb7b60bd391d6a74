/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The loop's table with a start() and a run_once() that tell the hub that the loop runs: in its callbacks nobody may be
 * suspended, and the app's main is no greenlet meanwhile. And with a close() that ends the hub before its loop is gone.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "hub.h"

/* A C function has no context, so each table that is wrapped needs functions of its own; a process has two at most, its
 * own and the one put in its place, but for tests. */
enum { CAPACITY = 4 };
static gt_ioloop plain[CAPACITY], watched[CAPACITY];

/* Threads may open their hubs at the same time. A table is not written again once it was handed out. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;
/* The loop that other threads' hubs are opened on. */
static const gt_ioloop *standard;

static int start(int index, gt_loop *loop) {
    gt_greenlet *caller = gt_running;
    gt_running = 0;
    int code = plain[index].start(loop);
    gt_running = caller;
    return code;
}

static int run_once(int index, gt_loop *loop, double deadline) {
    gt_greenlet *caller = gt_running;
    gt_running = 0;
    int code = plain[index].run_once(loop, deadline);
    gt_running = caller;
    return code;
}

static int close_loop(int index, gt_loop *loop) {
    bool has_hub = gt_this_hub && gt_this_hub->loop == loop && !plain[index].is_running(loop);
    if (has_hub && gt_hub_drop() < 0) return -EBUSY;
    return plain[index].close(loop);
}

#define FUNCTIONS(index)                                                          \
    static int start_##index(gt_loop *loop) { return start(index, loop); }        \
    static int close_##index(gt_loop *loop) { return close_loop(index, loop); }   \
    static int run_once_##index(gt_loop *loop, double deadline) { return run_once(index, loop, deadline); }

FUNCTIONS(0)
FUNCTIONS(1)
FUNCTIONS(2)
FUNCTIONS(3)

static int (*const starts[CAPACITY])(gt_loop *) = {start_0, start_1, start_2, start_3};
static int (*const runs[CAPACITY])(gt_loop *, double) = {run_once_0, run_once_1, run_once_2, run_once_3};
static int (*const closes[CAPACITY])(gt_loop *) = {close_0, close_1, close_2, close_3};

static void copy(gt_ioloop *to, const gt_ioloop *from) {
    memset(to, 0, sizeof *to);
    memcpy(to, from, from->size < sizeof *to ? from->size : sizeof *to);
    to->size = sizeof *to;
}

/* Under the lock, as the next one. */
static const gt_ioloop *find_or_add(const gt_ioloop *ioloop) {
    for (int i = 0; i < count; i++) {
        if (ioloop == &watched[i] || ioloop->current == plain[i].current) return &watched[i];
    }
    if (count == CAPACITY) {
        errno = ENOMEM;
        return 0;
    }
    copy(&plain[count], ioloop);
    copy(&watched[count], ioloop);
    watched[count].start = starts[count];
    watched[count].run_once = runs[count];
    if (plain[count].close) watched[count].close = closes[count];
    return &watched[count++];
}

static const gt_ioloop *plain_of(const gt_ioloop *ioloop) {
    for (int i = 0; i < count; i++) {
        if (ioloop == &watched[i]) return &plain[i];
    }
    return ioloop;
}

const gt_ioloop *gt_hub_ioloop(const gt_ioloop *ioloop) {
    pthread_mutex_lock(&lock);
    const gt_ioloop *found = find_or_add(ioloop);
    pthread_mutex_unlock(&lock);
    return found;
}

const gt_ioloop *gt_hub_plain_ioloop(const gt_ioloop *ioloop) {
    pthread_mutex_lock(&lock);
    const gt_ioloop *found = plain_of(ioloop);
    pthread_mutex_unlock(&lock);
    return found;
}

void gt_hub_set_default(const gt_ioloop *ioloop) {
    pthread_mutex_lock(&lock);
    if (!standard) standard = plain_of(find_or_add(ioloop));
    pthread_mutex_unlock(&lock);
}

int gt_hub_open_default(void) {
    pthread_mutex_lock(&lock);
    const gt_ioloop *ioloop = standard;
    pthread_mutex_unlock(&lock);
    int code = ioloop ? gt_hub_open(ioloop, 0) : -ENOTSUP;
    if (code == 0) gt_watch_overflow();
    return code;
}

void gt_watched_loops_after_fork(void) { pthread_mutex_init(&lock, 0); }
