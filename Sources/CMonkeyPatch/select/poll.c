/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * poll() and ppoll().
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "masked_wait.h"

static const struct timespec no_time = {0, 0};

/* libc is asked first, with no time: what is ready needs no wait, and what is wrong gets the kernel's own answer. */
static int poll_until(struct pollfd *fds, nfds_t count, double deadline, const sigset_t *mask, const char *why) {
    for (;;) {
        int ready = gt_libc.ppoll(fds, count, &no_time, mask);
        if (ready != 0) return ready;
        ready = gt_wait_masked(fds, count, mask, deadline, why);
        /* One was closed meanwhile: libc says which. */
        if (ready == -EBADF) continue;
        if (ready < 0) return gt_fail(ready);
        if (ready == 0 || !mask) return ready;
    }
}

int gt_coop_poll(struct pollfd *fds, nfds_t count, int timeout) {
    if (!gt_can_wait() || timeout == 0) return gt_libc.poll(fds, count, timeout);
    double deadline = timeout < 0 ? INFINITY : gt_now() + timeout / 1e3;
    return poll_until(fds, count, deadline, 0, "poll");
}

int gt_coop_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    if (!gt_can_wait() || (timeout && (!gt_is_duration(timeout) || gt_seconds(timeout) == 0))) {
        return gt_libc.ppoll(fds, count, timeout, mask);
    }
    return poll_until(fds, count, gt_deadline(timeout), mask, "ppoll");
}

int gt_coop_poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size) {
    if (size / sizeof *fds < count) return gt_libc.__poll_chk(fds, count, timeout, size);
    return gt_coop_poll(fds, count, timeout);
}

int gt_coop_ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
                      size_t size) {
    if (size / sizeof *fds < count) return gt_libc.__ppoll_chk(fds, count, timeout, mask, size);
    return gt_coop_ppoll(fds, count, timeout, mask);
}
