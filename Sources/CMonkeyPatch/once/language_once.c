/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What compilers call: swift_once() for Swift's globals, __cxa_guard_acquire() for C++'s local statics.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "once_list.h"

/* Swift asks at each look at a global. Tokens of this thread whose initialiser has ended: nobody can be inside of it, so
 * there is nothing to wait for. The call itself is made all the same: where an app has unloaded a library, and another one
 * lies in its place, what is lost is that a second greenlet waits, and does not hold the thread. */
enum { KNOWN_TOKENS = 32 };
static __thread const intptr_t *known[KNOWN_TOKENS] __attribute__((tls_model("initial-exec")));

static __attribute__((noinline)) void look(intptr_t *token, void (*initialiser)(void *), void *context) {
    int is_listed = gt_once_begin(token, "swift_once");
    gt_libc.swift_once(token, initialiser, context);
    if (is_listed) gt_once_end(token);
    known[(uintptr_t)token / sizeof *token % KNOWN_TOKENS] = token;
}

void gt_coop_swift_once(intptr_t *token, void (*initialiser)(void *), void *context) {
    if (known[(uintptr_t)token / sizeof *token % KNOWN_TOKENS] != token) return look(token, initialiser, context);
    gt_libc.swift_once(token, initialiser, context);
}

/* The initialiser runs between this and one of the two below, if it returns 1. */
int gt_coop_cxa_guard_acquire(int64_t *guard) {
    int is_listed = gt_once_begin(guard, "__cxa_guard_acquire");
    int is_callers = gt_libc.__cxa_guard_acquire(guard);
    if (is_listed && !is_callers) gt_once_end(guard);
    return is_callers;
}

void gt_coop_cxa_guard_release(int64_t *guard) {
    gt_libc.__cxa_guard_release(guard);
    gt_once_end(guard);
}

void gt_coop_cxa_guard_abort(int64_t *guard) {
    gt_libc.__cxa_guard_abort(guard);
    gt_once_end(guard);
}
