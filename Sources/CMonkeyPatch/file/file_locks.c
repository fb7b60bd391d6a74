/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * flock() and lockf().
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "file_calls.h"

/* Locks are asked for again and again, at growing intervals, and not waited for on a worker thread: who holds one may
 * need a worker to get on and give it back. What gets lost is the order of the waiters, and the kernel's EDEADLK for
 * record locks. */
static const double first_pause = 0.001;
static const double longest_pause = 0.05;

/* Sleeps before the next attempt. 0, or a negative code; doubles `pause`. */
static int pause_before_retry(double *pause, const char *why) {
    int code = gt_wait_until(gt_now() + *pause, why);
    *pause = *pause * 2 < longest_pause ? *pause * 2 : longest_pause;
    return code;
}

int gt_coop_flock(int fd, int operation) {
    if (!gt_can_wait() || operation & LOCK_NB || operation == LOCK_UN) return gt_libc.flock(fd, operation);
    int saved = errno;
    for (double pause = first_pause;;) {
        int result = gt_libc.flock(fd, operation | LOCK_NB);
        if (result == 0) errno = saved;
        if (result == 0 || errno != EWOULDBLOCK) return result;
        int code = pause_before_retry(&pause, "flock");
        if (code < 0) return gt_fail(code);
    }
}

/* libc has this as F_SETLKW on what follows the present offset. */
int gt_coop_lockf(int fd, int command, off_t length) {
    if (!gt_can_wait() || command != F_LOCK) return gt_libc.lockf(fd, command, length);
    int saved = errno;
    for (double pause = first_pause;;) {
        int result = gt_libc.lockf(fd, F_TLOCK, length);
        if (result == 0) errno = saved;
        if (result == 0 || (errno != EACCES && errno != EAGAIN)) return result;
        int code = pause_before_retry(&pause, "lockf");
        if (code < 0) return gt_fail(code);
    }
}
