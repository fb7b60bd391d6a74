/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What compilers call: swift_once() for Swift's globals, __cxa_guard_acquire() for C++'s local statics.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "once_list.h"

/* Globals are read often: this is short where no initialiser is under way. */
void gt_coop_swift_once(intptr_t *token, void (*initialiser)(void *), void *context) {
    int is_listed = gt_once_begin(token, "swift_once");
    gt_libc.swift_once(token, initialiser, context);
    if (is_listed) gt_once_end(token);
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
