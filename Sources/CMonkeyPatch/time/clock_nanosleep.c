/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * clock_nanosleep().
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "pausing.h"

typedef struct clock_sleep {
    clockid_t clock;
    int flags;
    const struct timespec *time;
    struct timespec *left;
    int result;
} clock_sleep;

static void sleep_in_libc(void *context) {
    clock_sleep *asked = context;
    asked->result = gt_libc.clock_nanosleep(asked->clock, asked->flags, asked->time, asked->left);
}

/* Clocks that no timer can be had for, such as the processor time of a process. */
static int sleep_on_worker(clock_sleep asked) {
    int saved = errno;
    int code = gt_offload(sleep_in_libc, &asked, "clock_nanosleep");
    errno = saved;
    return code < 0 ? -code : asked.result;
}

static int sleep_until_monotonic(const struct timespec *time) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec missing = {.tv_sec = time->tv_sec - now.tv_sec, .tv_nsec = time->tv_nsec - now.tv_nsec};
    if (missing.tv_nsec < 0) {
        missing.tv_sec--;
        missing.tv_nsec += 1000000000;
    }
    if (missing.tv_sec < 0) missing = (struct timespec){0, 0};
    return -gt_pause(&missing, 0, "clock_nanosleep");
}

/* Like libc's, this returns the error and leaves errno alone. */
int gt_coop_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left) {
    struct timespec asked = time ? *time : (struct timespec){.tv_sec = -1};
    if (!gt_can_wait() || !gt_is_duration(&asked)) return gt_libc.clock_nanosleep(clock, flags, time, left);
    int absolute = (flags & TIMER_ABSTIME) != 0;
    switch (clock) {
        case CLOCK_MONOTONIC:
            return absolute ? sleep_until_monotonic(&asked) : -gt_pause(&asked, left, "clock_nanosleep");
        case CLOCK_REALTIME:
            /* Setting the clock does not change how long a relative sleep lasts. */
            if (!absolute) return -gt_pause(&asked, left, "clock_nanosleep");
            return -gt_pause_on_clock(clock, 0, &asked, 0, "clock_nanosleep");
        case CLOCK_BOOTTIME:
            return -gt_pause_on_clock(clock, !absolute, &asked, left, "clock_nanosleep");
        default:
            return sleep_on_worker((clock_sleep){clock, flags, &asked, left, 0});
    }
}
