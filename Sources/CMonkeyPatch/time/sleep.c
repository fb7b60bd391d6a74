/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * sleep(), usleep(), nanosleep() and thrd_sleep().
 */
#define _GNU_SOURCE
#include <threads.h>

#include "../waiting.h"
#include "pausing.h"

/* The time left is rounded up, so that a sleep that was ended by an interrupt never looks complete. */
unsigned gt_coop_sleep(unsigned seconds) {
    if (!gt_can_wait()) return gt_libc.sleep(seconds);
    struct timespec time = {.tv_sec = seconds}, left = {0, 0};
    int code = gt_pause(&time, &left, "sleep");
    if (code >= 0) return 0;
    errno = -code;
    return (unsigned)left.tv_sec + (left.tv_nsec > 0);
}

int gt_coop_usleep(useconds_t microseconds) {
    if (!gt_can_wait()) return gt_libc.usleep(microseconds);
    struct timespec time = {.tv_sec = microseconds / 1000000, .tv_nsec = (long)(microseconds % 1000000) * 1000};
    int code = gt_pause(&time, 0, "usleep");
    return code < 0 ? gt_fail(code) : 0;
}

int gt_coop_nanosleep(const struct timespec *time, struct timespec *left) {
    /* Read once: `left` is often the same. */
    struct timespec asked = time ? *time : (struct timespec){.tv_sec = -1};
    if (!gt_can_wait() || !gt_is_duration(&asked)) return gt_libc.nanosleep(time, left);
    int code = gt_pause(&asked, left, "nanosleep");
    return code < 0 ? gt_fail(code) : 0;
}

int gt_coop_thrd_sleep(const struct timespec *time, struct timespec *left) {
    if (!gt_can_wait() || !gt_is_duration(time)) return gt_libc.thrd_sleep(time, left);
    struct timespec asked = *time;
    return gt_pause(&asked, left, "thrd_sleep") < 0 ? -1 : 0;
}
