/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Worker threads for what cannot wait on the loop: names looked up by libc, files, and what apps give to a ThreadPool.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "hub.h"

enum { DEFAULT_LIMIT = 10, IDLE_SECONDS = 5, STACK_SIZE = 512 * 1024 };

typedef struct job {
    gt_callback work;
    void *context;
    gt_greenlet *greenlet;
    bool done;
    struct job *next;
} job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_came = PTHREAD_COND_INITIALIZER;
static job *first, *last;
static size_t workers, idle, waiting_jobs;
static unsigned limit = DEFAULT_LIMIT;

/* What was blocked where the worker was started. */
static __thread bool is_worker;
static __thread sigset_t mask_before;

void gt_workers_limit(unsigned wanted) {
    pthread_mutex_lock(&lock);
    limit = wanted ? wanted : DEFAULT_LIMIT;
    pthread_mutex_unlock(&lock);
}

void gt_workers_count(size_t *all, size_t *busy) {
    pthread_mutex_lock(&lock);
    *all = workers;
    *busy = workers - idle;
    pthread_mutex_unlock(&lock);
}

/* On the loop's thread. */
static void finished(void *context) {
    job *done = context;
    done->done = true;
    done->greenlet->hub->offloaded--;
    gt_make_ready(done->greenlet);
}

static job *next_job(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += IDLE_SECONDS;
    idle++;
    while (!first) {
        if (pthread_cond_timedwait(&work_came, &lock, &until) == ETIMEDOUT && !first) break;
    }
    idle--;
    job *taken = first;
    if (taken) {
        first = taken->next;
        if (!first) last = 0;
        waiting_jobs--;
    }
    return taken;
}

static void *run_jobs(void *context) {
    mask_before = *(sigset_t *)context;
    is_worker = true;
    free(context);
    pthread_mutex_lock(&lock);
    for (job *next; (next = next_job());) {
        pthread_mutex_unlock(&lock);
        next->work(next->context);
        /* The job lies in the greenlet's frame: gone as soon as the loop was told. */
        gt_hub *hub = next->greenlet->hub;
        hub->ioloop.add_callback(hub->loop, finished, next);
        pthread_mutex_lock(&lock);
    }
    workers--;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* With every signal blocked: those of the process are the loop's thread's to handle. */
static int start_worker(void) {
    sigset_t *workers_copy = malloc(sizeof *workers_copy);
    if (!workers_copy) return ENOMEM;
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    *workers_copy = before;
    int code = pthread_create(&thread, &attributes, run_jobs, workers_copy);
    if (code != 0) free(workers_copy);
    pthread_sigmask(SIG_SETMASK, &before, 0);
    pthread_attr_destroy(&attributes);
    return code;
}

static int submit(job *new_job) {
    pthread_mutex_lock(&lock);
    int code = 0;
    if (idle <= waiting_jobs && workers < limit) {
        workers++;
        code = start_worker();
        if (code != 0) workers--;
    }
    /* Without a new thread, one that there is will come to it. */
    if (workers == 0) {
        pthread_mutex_unlock(&lock);
        return -code;
    }
    if (last) last->next = new_job;
    else first = new_job;
    last = new_job;
    waiting_jobs++;
    pthread_cond_signal(&work_came);
    pthread_mutex_unlock(&lock);
    return 0;
}

int gt_offload(gt_callback work, void *context, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self || !gt_may_switch()) {
        work(context);
        return 0;
    }
    job mine = {work, context, self, false, 0};
    if (submit(&mine) < 0) {
        work(context);
        return 0;
    }
    self->hub->offloaded++;
    while (!mine.done) {
        int code = gt_wait(self, GT_WAITS_WORKER, __builtin_inf(), why);
        /* Only the app's main can fail to wait, if its loop does; the work goes on, and must be waited for. */
        if (code < 0 && code != -EDEADLK) nanosleep(&(struct timespec){0, 1000000}, 0);
    }
    return 0;
}

void gt_workers_after_fork(void) {
    pthread_mutex_init(&lock, 0);
    pthread_cond_init(&work_came, 0);
    first = last = 0;
    workers = idle = waiting_jobs = 0;
    /* The process goes on from a job: its signals are this thread's, which is the only one. */
    if (is_worker) pthread_sigmask(SIG_SETMASK, &mask_before, 0);
    is_worker = false;
}

int gt_worker_mask(sigset_t *mask) {
    if (is_worker) *mask = mask_before;
    return is_worker;
}
