/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The child of a fork: the running greenlet, or the app's main, goes on; the others stay behind in the parent.
 */
#include "hub.h"
#include "sanitizers.h"

static void abandon(gt_hub *hub) {
    for (gt_greenlet *greenlet = hub->oldest; greenlet; greenlet = greenlet->newer) {
        if (greenlet == gt_running) continue;
        gt_unqueue(greenlet);
        greenlet->abandoned = true;
    }
    hub->waiting = hub->main.state == GT_GREENLET_WAITING;
    hub->live = gt_running && !gt_running->is_main;
    hub->offloaded = 0;
    hub->next = 0;
}

/* The calls of this process are libc's own from now on: they wait as they would without greenlets. */
void gt_hub_give_up(void) { gt_pin(); }

void gt_hub_stand_alone(void) {
    gt_hub *hub = gt_this_hub;
    if (!hub || hub->alone || !gt_running || gt_running->is_main) return;
    hub->alone = true;
    gt_pin();
}

void gt_hub_end_alone(gt_hub *hub) {
    hub->alone = false;
    gt_unpin();
}

void gt_hub_after_fork(void) {
    gt_hub *hub = gt_this_hub;
    if (!hub) return;
    gt_fibers_after_fork(hub, gt_running);
    abandon(hub);
    int code = hub->ioloop.after_fork(hub->loop);
    int watching = gt_fds_after_fork(hub);
    if (code < 0 || watching < 0) gt_hub_give_up();
    /* Nobody watches its descriptor any more: it tries again. */
    if (hub->main.kind == GT_WAITS_FD) gt_make_ready(&hub->main);
}
