/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "once", and the locks of threads that greenlets share: what a suspended one is in, the others wait for.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "cases.h"

static const gt_calls *calls;
static int initialised;

static void count_one(void) {
    initialised++;
}

/* ----- as libc's own ----- */

static void runs_once(gt_case_run *run) {
    pthread_once_t flag = PTHREAD_ONCE_INIT;
    once_flag other = ONCE_FLAG_INIT;
    static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
    /* The initialiser has no context, and the ways are tried at once. */
    pthread_mutex_lock(&alone);
    initialised = 0;
    errno = E2BIG;
    for (int i = 0; i < 3; i++) gt_note_result(run, "pthread_once", run->calls->pthread_once(&flag, count_one));
    for (int i = 0; i < 3; i++) run->calls->call_once(&other, count_one);
    gt_note(run, "initialised %d, errno kept %d", initialised, errno == E2BIG);
    pthread_mutex_unlock(&alone);
}

/* ----- suspended in the initialiser ----- */

static void initialise_slowly(void) {
    calls->usleep(60000);
    initialised++;
}

typedef struct user {
    gt_case_run *run;
    pthread_once_t *flag;
    once_flag *other;
    pthread_mutex_t *mutex;
    gt_greenlet *greenlet;
    int has_ended, result, seen, parked;
} user;

static void use(void *context) {
    user *self = context;
    if (self->flag) self->result = self->run->calls->pthread_once(self->flag, initialise_slowly);
    else self->run->calls->call_once(self->other, initialise_slowly);
    self->seen = initialised;
    /* Whoever was unparked while it waited there still is. */
    self->parked = gt_park(gt_now() + 0.03, "park");
    self->has_ended = 1;
}

/* Five seconds at most. */
static void await(const user *users, size_t count) {
    for (int turn = 0; turn < 1000; turn++) {
        size_t ended = 0;
        for (size_t i = 0; i < count; i++) ended += users[i].has_ended != 0;
        if (ended == count) return;
        gt_wait_until(gt_now() + 0.005, "await");
    }
}

static void suspended_in_it(gt_case_run *run, user prototype) {
    user users[3];
    calls = run->calls;
    initialised = 0;
    for (int i = 0; i < 3; i++) {
        users[i] = prototype;
        users[i].greenlet = gt_greenlets.spawn(use, &users[i], "user", 0);
    }
    gt_wait_until(gt_now() + 0.02, "await");
    gt_greenlets.unpark(users[1].greenlet);
    gt_greenlets.interrupt(users[2].greenlet, ECANCELED);
    await(users, 3);
    gt_note(run, "initialised %d", initialised);
    for (int i = 0; i < 3; i++) {
        gt_note(run, "ended %d result %d seen %d park %s", users[i].has_ended, users[i].result, users[i].seen,
                users[i].parked ? strerrorname_np(-users[i].parked) : "0");
    }
}

static void suspended_in_pthread_once(gt_case_run *run) {
    static pthread_once_t flag;
    flag = (pthread_once_t)PTHREAD_ONCE_INIT;
    suspended_in_it(run, (user){.run = run, .flag = &flag});
}

static void suspended_in_call_once(gt_case_run *run) {
    static once_flag flag;
    flag = (once_flag)ONCE_FLAG_INIT;
    suspended_in_it(run, (user){.run = run, .other = &flag});
}

/* ----- suspended with a mutex, under --debug-locks ----- */

/* The case's table has no watched mutexes. */
static int lock(pthread_mutex_t *mutex) {
    return ((int (*)(pthread_mutex_t *))(uintptr_t)gt_libc_find("pthread_mutex_lock")->cooperative)(mutex);
}

static int unlock(pthread_mutex_t *mutex) {
    return ((int (*)(pthread_mutex_t *))(uintptr_t)gt_libc_find("pthread_mutex_unlock")->cooperative)(mutex);
}

static void hold(void *context) {
    user *self = context;
    self->result = lock(self->mutex);
    gt_wait_until(gt_now() + 0.06, "hold");
    self->seen = ++initialised;
    self->result += unlock(self->mutex);
    self->parked = gt_park(gt_now() + 0.03, "park");
    self->has_ended = 1;
}

static void unparked_in_lock(gt_case_run *run) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    user users[2];
    initialised = 0;
    for (int i = 0; i < 2; i++) {
        users[i] = (user){.run = run, .mutex = &mutex};
        users[i].greenlet = gt_greenlets.spawn(hold, &users[i], "holder", 0);
    }
    gt_wait_until(gt_now() + 0.02, "await");
    gt_greenlets.unpark(users[1].greenlet);
    await(users, 2);
    for (int i = 0; i < 2; i++) {
        gt_note(run, "ended %d result %d order %d park %s", users[i].has_ended, users[i].result, users[i].seen,
                users[i].parked ? strerrorname_np(-users[i].parked) : "0");
    }
}

static void lock_for_good(void *context) {
    user *self = context;
    self->result = lock(self->mutex);
    self->has_ended = 1;
}

/* The memory is another mutex by then. */
static void ended_with_lock(gt_case_run *run) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    user first = {.mutex = &mutex}, second = {.mutex = &mutex};
    gt_greenlets.spawn(lock_for_good, &first, "first", 0);
    await(&first, 1);
    gt_wait_until(gt_now() + 0.01, "await");
    pthread_mutex_init(&mutex, 0);
    gt_greenlets.spawn(lock_for_good, &second, "second", 0);
    await(&second, 1);
    gt_note(run, "locked %d %d, result %d", first.has_ended, second.has_ended, second.result);
}

static const char together[] = "initialised 1\nended 1 result 0 seen 1 park ETIMEDOUT\nended 1 result 0 seen 1 park 0\n"
                               "ended 1 result 0 seen 1 park ECANCELED\n";

static const gt_case cases[] = {
    {"pthread_once and call_once", runs_once, 0, 0},
    {"pthread_once: suspended in the initialiser", suspended_in_pthread_once, together, GT_CASE_ALONE},
    {"call_once: suspended in the initialiser", suspended_in_call_once, together, GT_CASE_ALONE},
    {"a watched mutex: unparked while it waits", unparked_in_lock,
     "ended 1 result 0 order 1 park ETIMEDOUT\nended 1 result 0 order 2 park 0\n", GT_CASE_ALONE},
    {"a watched mutex: its holder has ended", ended_with_lock, "locked 1 1, result 0\n", GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_once_cases, cases);
