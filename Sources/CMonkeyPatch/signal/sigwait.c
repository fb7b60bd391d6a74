/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * sigwait(), sigwaitinfo() and sigtimedwait().
 */
#define _GNU_SOURCE
#include <sys/signalfd.h>

#include "../waiting.h"

static const struct timespec no_time = {0, 0};

/* The signal's number, or a negative code; -EAGAIN at the deadline. A signalfd only tells that one is pending: libc
 * fetches it, so that what it says of the sender is the same. As POSIX asks, the signals must be blocked. */
static int wait_for_one(const sigset_t *set, siginfo_t *info, double deadline, const char *why) {
    int watch = -1, code;
    for (;;) {
        int number = gt_libc.sigtimedwait(set, info, &no_time);
        code = number > 0 ? number : -errno;
        if (code != -EAGAIN) break;
        if (watch < 0) watch = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
        code = watch < 0 ? -errno : gt_wait_fd(watch, GT_READ, deadline, why);
        if (code == -ETIMEDOUT && gt_interrupted() == 0) code = -EAGAIN;
        if (code < 0) break;
    }
    if (watch >= 0) gt_close_own(watch);
    return code;
}

int gt_coop_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout) {
    if (!gt_can_wait() || (timeout && (!gt_is_duration(timeout) || gt_seconds(timeout) == 0))) {
        return gt_libc.sigtimedwait(set, info, timeout);
    }
    int saved = errno;
    int number = wait_for_one(set, info, gt_deadline(timeout), "sigtimedwait");
    errno = saved;
    return number < 0 ? gt_fail(number) : number;
}

int gt_coop_sigwaitinfo(const sigset_t *set, siginfo_t *info) {
    if (!gt_can_wait()) return gt_libc.sigwaitinfo(set, info);
    return gt_coop_sigtimedwait(set, info, 0);
}

/* Returns the error, and does not tell of handlers that ran. */
int gt_coop_sigwait(const sigset_t *set, int *found) {
    if (!gt_can_wait()) return gt_libc.sigwait(set, found);
    int saved = errno, number;
    do {
        number = wait_for_one(set, 0, INFINITY, "sigwait");
    } while (number == -EINTR && gt_interrupted() == 0);
    errno = saved;
    if (number < 0) return -number;
    *found = number;
    return 0;
}
