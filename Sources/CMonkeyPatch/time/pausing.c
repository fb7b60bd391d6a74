/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Suspending a greenlet for a time, or until a clock shows one.
 */
#define _GNU_SOURCE
#include "pausing.h"

#include <sys/timerfd.h>

#include "../waiting.h"

static double seconds_on(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return gt_seconds(&now);
}

static void write_left(struct timespec *left, double seconds) {
    if (!left) return;
    if (seconds < 0) seconds = 0;
    left->tv_sec = (time_t)seconds;
    left->tv_nsec = (long)((seconds - (double)left->tv_sec) * 1e9);
}

int gt_pause(const struct timespec *time, struct timespec *left, const char *why) {
    double end = seconds_on(CLOCK_MONOTONIC) + gt_seconds(time);
    if (gt_seconds(time) == 0) return gt_greenlets.yield();
    for (;;) {
        /* The loop's clock may be a coarse one, and wake a little early. */
        double missing = end - seconds_on(CLOCK_MONOTONIC);
        if (missing <= 0) return 0;
        int code = gt_wait_until(gt_now() + missing, why);
        if (code >= 0) continue;
        write_left(left, end - seconds_on(CLOCK_MONOTONIC));
        return code;
    }
}

/* A timer of the kernel's, which knows when its clock was set. */
static int wait_for_timer(int timer, int flags, const struct timespec *time, const char *why) {
    struct itimerspec setting = {.it_value = *time};
    /* All zero would disarm it. */
    if (time->tv_sec == 0 && time->tv_nsec == 0) setting.it_value.tv_nsec = 1;
    if (timerfd_settime(timer, flags, &setting, 0) < 0) return -errno;
    int code = gt_wait_fd(timer, GT_READ, INFINITY, why);
    return code < 0 ? code : 0;
}

int gt_pause_on_clock(clockid_t clock, int relative, const struct timespec *time, struct timespec *left,
                      const char *why) {
    int saved = errno;
    int timer = timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK);
    int code = timer < 0 ? -errno : 0;
    if (timer >= 0) {
        double end = seconds_on(clock) + gt_seconds(time);
        code = wait_for_timer(timer, relative ? 0 : TFD_TIMER_ABSTIME, time, why);
        if (code < 0 && relative) write_left(left, end - seconds_on(clock));
        gt_close_own(timer);
    }
    errno = saved;
    return code;
}
