/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * pthread_once() and call_once().
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "once_list.h"

/* The lowest bits of glibc's two kinds of flag: an initialiser is under way; it has ended. */
enum { UNDER_WAY = 1, DONE = 2 };

static int state_of(const void *flag) {
    return __atomic_load_n((const int *)flag, __ATOMIC_ACQUIRE) & (UNDER_WAY | DONE);
}

/* One that was left by a C++ exception was not seen to end: nobody is in it any more. */
static int begin(const void *flag, const char *why) {
    if (state_of(flag) == 0) gt_once_end(flag);
    return gt_once_begin(flag, why);
}

int gt_coop_pthread_once(pthread_once_t *flag, void (*initialiser)(void)) {
    if (state_of(flag) & DONE) return gt_libc.pthread_once(flag, initialiser);
    int is_listed = begin(flag, "pthread_once");
    int code = gt_libc.pthread_once(flag, initialiser);
    if (is_listed) gt_once_end(flag);
    return code;
}

void gt_coop_call_once(once_flag *flag, void (*initialiser)(void)) {
    if (state_of(flag) & DONE) return;
    int is_listed = begin(flag, "call_once");
    gt_libc.call_once(flag, initialiser);
    if (is_listed) gt_once_end(flag);
}
