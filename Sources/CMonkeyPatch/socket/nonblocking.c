/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * O_NONBLOCK for the length of one call.
 */
#define _GNU_SOURCE
#include "nonblocking.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "../originals.h"

/* After that many turns the holder is taken for gone: another thread of a process that was forked meanwhile. */
enum { PATIENCE = 10000 };

/* Which descriptor's flag is set for a moment, plus one; 0 if none is. One at a time: it lasts a microsecond. */
static atomic_int held;
/* Its flags as they were, for the thread that holds it. */
static __thread int flags_before;

int gt_nonblocking_begin(int fd) {
    int none = 0;
    for (int turn = 0; !atomic_compare_exchange_weak(&held, &none, fd + 1) && turn < PATIENCE; turn++) {
        none = 0;
        sched_yield();
    }
    atomic_store(&held, fd + 1);
    flags_before = gt_libc.fcntl(fd, F_GETFL);
    int set = flags_before >= 0 && !(flags_before & O_NONBLOCK);
    if (set && !gt_libc.fcntl(fd, F_SETFL, flags_before | O_NONBLOCK)) return 1;
    atomic_store(&held, 0);
    return flags_before < 0 ? -1 : 0;
}

void gt_nonblocking_end(int fd) {
    int saved = errno;
    gt_libc.fcntl(fd, F_SETFL, flags_before);
    atomic_store(&held, 0);
    errno = saved;
}

void gt_nonblocking_settle(int fd) {
    for (int turn = 0; atomic_load(&held) == fd + 1 && turn < PATIENCE; turn++) sched_yield();
}
