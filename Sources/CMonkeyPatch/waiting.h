/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Little things that the cooperative calls share: deadlines, failing, and closing what they opened themselves. */
#ifndef GT_WAITING_H
#define GT_WAITING_H

#include <errno.h>
#include <math.h>
#include <time.h>

#include "CMonkeyPatch.h"
#include "originals.h"

/* What a call returns whose wait ended with `code`, a negative errno value. */
static inline int gt_fail(int code) {
    errno = -code;
    return -1;
}

/* Whether the kernel would take it for a duration. */
static inline int gt_is_duration(const struct timespec *time) {
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static inline double gt_seconds(const struct timespec *time) {
    return (double)time->tv_sec + (double)time->tv_nsec * 1e-9;
}

/* The deadline of a wait that begins now; null waits for ever, as in ppoll(). */
static inline double gt_deadline(const struct timespec *timeout) {
    return timeout ? gt_now() + gt_seconds(timeout) : INFINITY;
}

/* Closes a descriptor that the hub may know; leaves errno alone. */
static inline void gt_close_own(int fd) {
    int saved = errno;
    gt_fd_closing(fd);
    gt_libc.close(fd);
    errno = saved;
}

#endif
