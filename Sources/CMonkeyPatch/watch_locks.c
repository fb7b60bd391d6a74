/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * pthread_mutex_lock() and its kin as patched code calls them under --debug-locks.
 *
 * A mutex belongs to a thread, and all greenlets of a hub are one thread: a second greenlet that locks what a suspended
 * one holds would wait for ever, or, if the mutex is recursive, get in beside it. So who holds what is kept here, for
 * mutexes locked in greenlets. The second one waits like a greenlet until the first unlocks, which is what it would do
 * with threads. That is sound: the mutex is free then, and is locked as always; and between the unlocking and the
 * locking nothing else of this thread runs but greenlets, which are asked here too.
 */
#define _GNU_SOURCE
#include "watch_locks.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "originals.h"

/* A mutex that a greenlet holds. */
typedef struct held {
    pthread_mutex_t *mutex;
    gt_greenlet *holder;
    uint64_t holder_id;
    /* How often: recursive mutexes. */
    unsigned depth;
    uint32_t frame_count;
    char name[48];
    void *frames[GT_LOCK_FRAMES];
} held;

/* A greenlet that waits for a mutex of the list above. */
typedef struct waiter {
    pthread_mutex_t *mutex;
    gt_greenlet *greenlet;
    struct waiter *next;
} waiter;

/* The hub's thread's own. */
static __thread held *list;
static __thread size_t count, capacity;
static __thread waiter *waiters;

/* ----- events: from the hub's thread to the one that tells them ----- */

enum { EVENTS = 64, PLACES = 256 };
static gt_lock_event events[EVENTS];
static atomic_uint first, last;
static atomic_ullong lost_events;
/* Who may write: one thread at a time, should there be several hubs. */
static atomic_flag writing = ATOMIC_FLAG_INIT;

/* Whether this kind was told of this place before. */
static int is_known(uint32_t kind, const held *held) {
    static uintptr_t known[PLACES];
    static size_t known_count;
    uintptr_t place = kind * 31u + (uintptr_t)held->frames[0];
    for (size_t i = 0; i < known_count; i++) {
        if (known[i] == place) return 1;
    }
    if (known_count < PLACES) known[known_count++] = place;
    return 0;
}

static void tell(uint32_t kind, const held *held, const char *wanter) {
    while (atomic_flag_test_and_set(&writing)) {}
    if (!is_known(kind, held)) {
        unsigned place = atomic_load(&last);
        if (place - atomic_load(&first) == EVENTS) {
            atomic_fetch_add(&lost_events, 1);
        } else {
            gt_lock_event *event = &events[place % EVENTS];
            event->kind = kind;
            event->mutex = held->mutex;
            event->frame_count = held->frame_count;
            memcpy(event->frames, held->frames, sizeof event->frames);
            memcpy(event->holder, held->name, sizeof event->holder);
            memset(event->wanter, 0, sizeof event->wanter);
            if (wanter) strncpy(event->wanter, wanter, sizeof event->wanter - 1);
            atomic_store(&last, place + 1);
        }
    }
    atomic_flag_clear(&writing);
}

int gt_watch_locks_take(gt_lock_event *event, uint64_t *lost) {
    *lost = atomic_load(&lost_events);
    unsigned place = atomic_load(&first);
    if (place == atomic_load(&last)) return 0;
    *event = events[place % EVENTS];
    atomic_store(&first, place + 1);
    return 1;
}

/* ----- who holds what ----- */

/* One whose greenlet has ended with the mutex locked: it may be another mutex by now, which nobody holds. */
static int is_outdated(held *held) {
    if (held->holder_id == gt_greenlet_id(held->holder) || gt_libc.pthread_mutex_trylock(held->mutex) != 0) return 0;
    gt_libc.pthread_mutex_unlock(held->mutex);
    return 1;
}

static held *find(pthread_mutex_t *mutex) {
    for (size_t i = count; i-- > 0;) {
        if (list[i].mutex != mutex) continue;
        if (!is_outdated(&list[i])) return &list[i];
        list[i] = list[--count];
    }
    return 0;
}

static int is_by(const held *held, gt_greenlet *greenlet) {
    return greenlet && held->holder == greenlet && held->holder_id == gt_greenlet_id(greenlet);
}

static gt_greenlet_info info_of(gt_greenlet *greenlet) {
    gt_greenlet_info info = {.size = sizeof info};
    gt_greenlets.info(greenlet, &info);
    return info;
}

/* Where the caller's caller is, without what is of this file: `place` is a return address into it. */
static void trace(held *held, const void *place) {
    void *frames[GT_LOCK_FRAMES + 4];
    int count = backtrace(frames, GT_LOCK_FRAMES + 4), start = 0;
    while (start < count && frames[start] != place) start++;
    held->frames[0] = (void *)(uintptr_t)place;
    held->frame_count = 1;
    for (int i = start + 1; i < count && held->frame_count < GT_LOCK_FRAMES; i++) {
        held->frames[held->frame_count++] = frames[i];
    }
}

static void remember(pthread_mutex_t *mutex, const void *place) {
    gt_greenlet *self = gt_running;
    if (!self) return;
    held *old = find(mutex);
    if (old && is_by(old, self)) {
        old->depth++;
        return;
    }
    if (count == capacity) {
        held *larger = realloc(list, (capacity ? 2 * capacity : 16) * sizeof *list);
        if (!larger) return;
        list = larger;
        capacity = capacity ? 2 * capacity : 16;
    }
    gt_greenlet_info info = info_of(self);
    held *new = &list[count++];
    *new = (held){.mutex = mutex, .holder = self, .holder_id = info.id, .depth = 1};
    strncpy(new->name, info.name, sizeof new->name - 1);
    trace(new, place);
}

static void forget(pthread_mutex_t *mutex) {
    held *old = find(mutex);
    if (!old || --old->depth > 0) return;
    *old = list[--count];
    for (waiter *waiter = waiters; waiter; waiter = waiter->next) {
        if (waiter->mutex == mutex) {
            gt_unblock(waiter->greenlet);
            return;
        }
    }
}

void gt_watch_locks_left(gt_greenlet *from) {
    for (size_t i = 0; i < count; i++) {
        if (is_by(&list[i], from)) tell(GT_LOCK_KEPT, &list[i], 0);
    }
}

/* ----- waiting for a suspended holder ----- */

/* Whether another greenlet holds it: a suspended one, since this one runs. */
static held *others(pthread_mutex_t *mutex) {
    held *old = count ? find(mutex) : 0;
    return old && !is_by(old, gt_running) ? old : 0;
}

static void leave(waiter *self) {
    for (waiter **place = &waiters; *place; place = &(*place)->next) {
        if (*place == self) {
            *place = self->next;
            return;
        }
    }
}

/* Waits until nobody else holds the mutex: 0, or ETIMEDOUT. Locking knows no interrupts: a greenlet that is to end gets
 * its mutex first, as a thread would, and finds the interrupt in its next wait. One that was woken when its time was up
 * has the mutex for the taking: the next in line was not woken. */
static int wait_for(pthread_mutex_t *mutex, double deadline) {
    waiter own = {mutex, gt_running, 0};
    waiter **place = &waiters;
    while (*place) place = &(*place)->next;
    *place = &own;
    int code = 0;
    while (code == 0 && others(mutex)) code = gt_block(deadline, "pthread_mutex_lock");
    leave(&own);
    return code == -ETIMEDOUT && others(mutex) ? ETIMEDOUT : 0;
}

/* Before a lock: 0 if libc may be asked. */
static int prepare(pthread_mutex_t *mutex, double deadline) {
    held *old = others(mutex);
    if (!old) return 0;
    if (!gt_can_wait()) {
        tell(GT_LOCK_DEADLY, old, 0);
        return 0;
    }
    tell(GT_LOCK_WANTED, old, info_of(gt_running).name);
    return wait_for(mutex, deadline);
}

/* ----- what patched code calls ----- */

int gt_watched_mutex_lock(pthread_mutex_t *mutex) {
    prepare(mutex, INFINITY);
    int code = gt_libc.pthread_mutex_lock(mutex);
    if (code == 0 || code == EOWNERDEAD) remember(mutex, __builtin_return_address(0));
    return code;
}

int gt_watched_mutex_trylock(pthread_mutex_t *mutex) {
    if (others(mutex)) return EBUSY;
    int code = gt_libc.pthread_mutex_trylock(mutex);
    if (code == 0 || code == EOWNERDEAD) remember(mutex, __builtin_return_address(0));
    return code;
}

static double until(clockid_t clock, const struct timespec *time) {
    struct timespec now;
    clock_gettime(clock, &now);
    return gt_now() + (double)(time->tv_sec - now.tv_sec) + (double)(time->tv_nsec - now.tv_nsec) * 1e-9;
}

int gt_watched_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *time) {
    if (others(mutex) && prepare(mutex, until(CLOCK_REALTIME, time)) == ETIMEDOUT) return ETIMEDOUT;
    int code = gt_libc.pthread_mutex_timedlock(mutex, time);
    if (code == 0 || code == EOWNERDEAD) remember(mutex, __builtin_return_address(0));
    return code;
}

int gt_watched_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *time) {
    if (others(mutex) && prepare(mutex, until(clock, time)) == ETIMEDOUT) return ETIMEDOUT;
    int code = gt_libc.pthread_mutex_clocklock(mutex, clock, time);
    if (code == 0 || code == EOWNERDEAD) remember(mutex, __builtin_return_address(0));
    return code;
}

int gt_watched_mutex_unlock(pthread_mutex_t *mutex) {
    int code = gt_libc.pthread_mutex_unlock(mutex);
    if (code == 0 && count) forget(mutex);
    return code;
}
