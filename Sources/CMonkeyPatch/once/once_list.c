/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The initialisers under way on this thread, and who is in them. Those of other threads are the business of the calls
 * themselves, which wait for them as they always did.
 */
#define _GNU_SOURCE
#include "once_list.h"

#include <sys/syscall.h>

#include "../waiting.h"

typedef struct under_way {
    const void *token;
    gt_greenlet *greenlet;
    uint64_t id;
} under_way;

/* A greenlet that waits, on its stack. */
typedef struct waiter {
    const void *token;
    gt_greenlet *greenlet;
    struct waiter *next;
} waiter;

static __thread under_way *list;
static __thread size_t count, capacity;
static __thread waiter *waiters;

static under_way *find(const void *token) {
    for (size_t i = count; i-- > 0;) {
        if (list[i].token == token) return &list[i];
    }
    return 0;
}

static int is_own(const under_way *one) {
    return gt_running && one->greenlet == gt_running && one->id == gt_greenlet_id(gt_running);
}

/* Where nobody can wait, the call will hang: it shall not do so in silence. */
static void report(const under_way *one, const char *why) {
    gt_greenlet_info info = {.size = offsetof(gt_greenlet_info, stack_used)};
    char text[400];
    gt_greenlets.info(one->greenlet, &info);
    int length = snprintf(text, sizeof text,
                          "gtornado: %s() waits for ever: greenlet '%s' was suspended inside the initialiser, and a "
                          "callback of the loop or an async task wants its result. Run the initialiser at startup, or "
                          "in a greenlet\n",
                          why, info.name);
    (void)!syscall(SYS_write, STDERR_FILENO, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

static void leave(const waiter *self) {
    waiter **place = &waiters;
    while (*place != self) place = &(*place)->next;
    *place = self->next;
}

/* Until nobody else is in it. No interrupt ends this: an initialiser cannot fail, as its callers see it. */
static void wait_for_others(const void *token, const char *why) {
    waiter self = {token, gt_running, waiters};
    waiters = &self;
    int saved = errno;
    for (under_way *one; (one = find(token)) && !is_own(one);) {
        if (gt_block(INFINITY, why) < 0) break;
    }
    errno = saved;
    leave(&self);
}

static int add(const void *token) {
    if (count == capacity) {
        size_t larger = capacity ? 2 * capacity : 16;
        int saved = errno;
        under_way *moved = realloc(list, larger * sizeof *list);
        errno = saved;
        if (!moved) return 0;
        list = moved;
        capacity = larger;
    }
    list[count++] = (under_way){token, gt_running, gt_greenlet_id(gt_running)};
    return 1;
}

int gt_once_begin(const void *token, const char *why) {
    under_way *one = count > 0 ? find(token) : 0;
    if (!gt_can_wait()) {
        if (one && !is_own(one)) report(one, why);
        return 0;
    }
    if (one && !is_own(one)) wait_for_others(token, why);
    /* Recursion is for the call itself to judge. */
    return count > 0 && find(token) ? 0 : add(token);
}

void gt_once_end(const void *token) {
    under_way *one = count > 0 ? find(token) : 0;
    if (!one) return;
    *one = list[--count];
    for (waiter *next = waiters; next; next = next->next) {
        if (next->token == token) gt_unblock(next->greenlet);
    }
}

void gt_onces_after_fork(void) {
    for (size_t i = count; i-- > 0;) {
        if (!is_own(&list[i])) list[i] = list[--count];
    }
    waiters = 0;
}
