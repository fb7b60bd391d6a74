/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Hubs: one a thread, over the thread's loop.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub.h"

__thread gt_hub *gt_this_hub __attribute__((tls_model("initial-exec")));

/* C++'s runtime, which Swift's brings along. */
uintptr_t *__cxa_get_globals(void) __attribute__((weak));

/* Every open hub: descriptors are closed by any thread. */
static pthread_mutex_t hubs_lock = PTHREAD_MUTEX_INITIALIZER;
static gt_hub *hubs;

double gt_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_complete(const gt_ioloop *ioloop) {
    return ioloop->size >= offsetof(gt_ioloop, after_fork) + sizeof ioloop->after_fork && ioloop->run_once
        && ioloop->pending;
}

static void add(gt_hub *hub) {
    pthread_mutex_lock(&hubs_lock);
    hub->next_hub = hubs;
    hubs = hub;
    pthread_mutex_unlock(&hubs_lock);
}

static void drop(gt_hub *hub) {
    pthread_mutex_lock(&hubs_lock);
    gt_hub **place = &hubs;
    while (*place && *place != hub) place = &(*place)->next_hub;
    if (*place) *place = hub->next_hub;
    pthread_mutex_unlock(&hubs_lock);
}

void gt_hubs_each(void (*visit)(gt_hub *hub, void *context), void *context) {
    pthread_mutex_lock(&hubs_lock);
    for (gt_hub *hub = hubs; hub; hub = hub->next_hub) visit(hub, context);
    pthread_mutex_unlock(&hubs_lock);
}

/* The child has this thread only, and locks as they were when it was made: another thread may have held them. Whoever
 * forks, and however: this is not left to those who know of greenlets. */
static void after_fork(void) {
    pthread_mutex_init(&hubs_lock, 0);
    hubs = gt_this_hub;
    if (hubs) hubs->next_hub = 0;
    gt_stacks_after_fork();
    gt_watched_loops_after_fork();
    gt_workers_after_fork();
}

static void watch_forks(void) { pthread_atfork(0, 0, after_fork); }

static gt_hub *make(const gt_ioloop *ioloop) {
    gt_hub *hub = calloc(1, sizeof *hub);
    if (!hub) return 0;
    hub->ioloop = *ioloop;
    hub->loop = ioloop->current();
    hub->epoll = -1;
    hub->now = gt_now();
    hub->exceptions = __cxa_get_globals ? __cxa_get_globals() : 0;
    hub->error = &errno;
    gt_find_swift_words(hub);
    hub->main.hub = hub;
    hub->main.is_main = true;
    hub->main.fd = -1;
    hub->main.state = GT_GREENLET_RUNNING;
    hub->main.born = hub->main.since = hub->now;
    gt_name(&hub->main, "main");
    return hub;
}

int gt_hub_open(const gt_ioloop *ioloop, const gt_hub_settings *settings) {
    static pthread_once_t forks_are_watched = PTHREAD_ONCE_INIT;
    if (gt_this_hub) return -EALREADY;
    ioloop = gt_hub_plain_ioloop(ioloop);
    if (!is_complete(ioloop)) return -ENOTSUP;
    gt_hub *hub = make(ioloop);
    if (!hub) return -ENOMEM;
    int code = hub->loop ? gt_fds_open(hub) : -errno;
    if (code < 0) {
        free(hub);
        return code;
    }
    if (settings) {
        gt_stacks_set_size(settings->stack_size);
        gt_workers_limit(settings->workers);
    }
    gt_hub_set_default(ioloop);
    pthread_once(&forks_are_watched, watch_forks);
    add(hub);
    gt_this_hub = hub;
    gt_running = ioloop->is_running(hub->loop) ? 0 : &hub->main;
    return 0;
}

int gt_hub_close(void) {
    if (gt_this_hub && gt_this_hub->drain_scheduled) return -EBUSY;
    return gt_hub_drop();
}

int gt_hub_drop(void) {
    gt_hub *hub = gt_this_hub;
    if (!hub) return 0;
    if (hub->live > 0) return -EBUSY;
    if (hub->alone) gt_hub_end_alone(hub);
    gt_this_hub = 0;
    gt_running = 0;
    drop(hub);
    gt_fds_close(hub);
    gt_hub_give_spares(hub);
    free(hub);
    return 0;
}

gt_hub *gt_hub_current(void) { return gt_this_hub; }

gt_loop *gt_hub_loop(void) { return gt_this_hub ? gt_this_hub->loop : 0; }

void gt_hub_count(gt_hub_counts *counts) {
    memset(counts, 0, sizeof *counts);
    gt_hub *hub = gt_this_hub;
    if (!hub) return;
    counts->live = hub->live;
    counts->waiting = hub->waiting;
    counts->ready = hub->ready;
    counts->spawned = hub->spawned;
    counts->switches = hub->switches;
    counts->pooled_stacks = gt_stacks_pooled() + hub->spare_count;
    gt_workers_count(&counts->workers, &counts->busy_workers);
}
