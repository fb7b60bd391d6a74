/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The app's main as a greenlet: it keeps the thread's own stack, and waits by running the loop's turns in place. It does
 * so only as long as the loop does not run, which is why no second stack is needed for it.
 */
#include <errno.h>
#include <math.h>

#include "hub.h"

/* Whether nothing but another thread could still make something happen. */
static bool is_stuck(gt_hub *hub, double deadline) {
    return deadline == (double)INFINITY && hub->ready == 0 && hub->fd_waits == 0 && hub->offloaded == 0
        && hub->ioloop.pending(hub->loop) == 0;
}

int gt_main_wait(gt_hub *hub, double deadline) {
    gt_greenlet *self = &hub->main;
    int saved = errno;
    while (self->state == GT_GREENLET_WAITING) {
        bool for_others = self->kind == GT_WAITS_PARKED || self->kind == GT_WAITS_SWITCH;
        if (for_others && is_stuck(hub, deadline)) return -EDEADLK;
        gt_running = 0;
        int code = hub->ioloop.run_once(hub->loop, deadline);
        gt_running = self;
        errno = saved;
        if (code < 0) return code;
        hub->now = gt_now();
        if (self->state == GT_GREENLET_WAITING && hub->now >= deadline) {
            self->timed_out = true;
            break;
        }
    }
    return 0;
}
