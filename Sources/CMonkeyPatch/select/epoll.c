/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * epoll_wait() and its kin.
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "masked_wait.h"

static const struct timespec no_time = {0, 0};

/* An epoll descriptor is readable while its set has something to tell. Somebody else may fetch it first. */
static int epoll_until(int epoll, struct epoll_event *events, int capacity, double deadline, const sigset_t *mask,
                       const char *why) {
    for (;;) {
        int ready = gt_libc.epoll_wait(epoll, events, capacity, 0);
        /* With no time epoll_pwait() lets no signal in. */
        if (ready == 0 && mask) ready = gt_libc.ppoll(0, 0, &no_time, mask);
        if (ready != 0) return ready;
        struct pollfd set = {.fd = epoll, .events = POLLIN};
        int code = gt_wait_masked(&set, 1, mask, deadline, why);
        if (code == 0) return 0;
        if (code < 0 && code != -EBADF) return gt_fail(code);
    }
}

static double deadline_of(int milliseconds) {
    return milliseconds < 0 ? INFINITY : gt_now() + milliseconds / 1e3;
}

int gt_coop_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout) {
    if (!gt_can_wait() || timeout == 0) return gt_libc.epoll_wait(epoll, events, capacity, timeout);
    return epoll_until(epoll, events, capacity, deadline_of(timeout), 0, "epoll_wait");
}

int gt_coop_epoll_pwait(int epoll, struct epoll_event *events, int capacity, int timeout, const sigset_t *mask) {
    if (!gt_can_wait() || timeout == 0) return gt_libc.epoll_pwait(epoll, events, capacity, timeout, mask);
    return epoll_until(epoll, events, capacity, deadline_of(timeout), mask, "epoll_pwait");
}

int gt_coop_epoll_pwait2(int epoll, struct epoll_event *events, int capacity, const struct timespec *timeout,
                         const sigset_t *mask) {
    if (!gt_can_wait() || (timeout && (!gt_is_duration(timeout) || gt_seconds(timeout) == 0))) {
        return gt_libc.epoll_pwait2(epoll, events, capacity, timeout, mask);
    }
    return epoll_until(epoll, events, capacity, gt_deadline(timeout), mask, "epoll_pwait2");
}
