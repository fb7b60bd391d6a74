/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Greenlets that hand control to each other, as in Python's greenlet.
 */
#include <errno.h>
#include <math.h>

#include "switch.h"

static bool can_be_switched_to(const gt_greenlet *target) {
    if (target->ended || target->abandoned) return false;
    if (target->state == GT_GREENLET_NEW || target->state == GT_GREENLET_READY) return true;
    return target->state == GT_GREENLET_WAITING && (target->kind == GT_WAITS_SWITCH || target->kind == GT_WAITS_PARKED);
}

/* A park that control is switched into ends as by unpark(): only once nothing can keep the switch from happening, since
 * the word of it would be left for the next park. */
static void end_park(gt_greenlet *target) {
    if (target->kind == GT_WAITS_PARKED) target->woken = true;
}

/* From the loop's own callbacks: runs it, and returns when it is suspended or has ended. */
static int run_from_loop(gt_greenlet *target) {
    end_park(target);
    if (target->is_main || !gt_hub_may_switch(target->hub)) gt_make_ready(target);
    else gt_resume(target->hub, gt_claim(target));
    return 0;
}

int gt_switch_to(gt_greenlet *target) {
    gt_greenlet *self = gt_running;
    if (target && !can_be_switched_to(target)) return -EINVAL;
    if (!self) return target ? run_from_loop(target) : -EINVAL;
    gt_hub_join();
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    int refusal = self->interrupt;
    if (refusal) {
        /* Also where it was taken back meanwhile: others may have run, and the target may be gone. */
        gt_is_refused(self, "switch");
        return -refusal;
    }
    if (target) end_park(target);
    if (target && (target->is_main || self->is_main)) gt_make_ready(target);
    else if (target) self->hub->next = gt_claim(target);
    return gt_wait(self, GT_WAITS_SWITCH, INFINITY, "switch");
}

void gt_set_parent(gt_greenlet *greenlet, gt_greenlet *parent) {
    greenlet->parent = parent;
    greenlet->parent_id = parent ? parent->id : 0;
}
