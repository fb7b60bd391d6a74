/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * sigsuspend() and pause().
 */
#define _GNU_SOURCE
#include "../select/masked_wait.h"
#include "../waiting.h"
#include "held_signals.h"

static const struct timespec no_time = {0, 0};

/* Until a handler has run. Nothing tells of handlers that run while others are on the thread, so the signals are held
 * back and watched; the kernel delivers them inside ppoll(), which puts the mask in place. */
static int suspend_until_handled(const sigset_t *mask, const char *why) {
    int code = -EINTR;
    gt_hold_signals(mask);
    while (gt_libc.ppoll(0, 0, &no_time, mask) == 0) {
        int waited = gt_wait_masked(0, 0, mask, INFINITY, why);
        if (waited >= 0) continue;
        code = waited;
        break;
    }
    gt_release_signals();
    return gt_fail(code);
}

int gt_coop_sigsuspend(const sigset_t *mask) {
    if (!gt_can_wait()) return gt_libc.sigsuspend(mask);
    return suspend_until_handled(mask, "sigsuspend");
}

int gt_coop_pause(void) {
    if (!gt_can_wait()) return gt_libc.pause();
    sigset_t mask;
    gt_own_mask(&mask);
    return suspend_until_handled(&mask, "pause");
}
