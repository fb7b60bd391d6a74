/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting with a deadline: for somebody's word, or for the time.
 */
#include <errno.h>
#include <math.h>
#include <stddef.h>

#include "switch.h"

static void fire(void *context) {
    gt_greenlet *greenlet = context;
    greenlet->timer = 0;
    greenlet->timed_out = true;
    gt_make_ready(greenlet);
}

bool gt_arm_timer(gt_greenlet *self, double deadline) {
    self->timed_out = false;
    if (deadline == (double)INFINITY || self->is_main) return true;
    self->timer = self->hub->ioloop.call_at(self->hub->loop, deadline, fire, self);
    return self->timer != 0;
}

void gt_disarm_timer(gt_greenlet *self) {
    if (!self->timer) return;
    self->hub->ioloop.remove_timeout(self->hub->loop, self->timer);
    self->timer = 0;
}

/* 0, -ETIMEDOUT, or why it cannot wait. */
static int wait_till(gt_greenlet *self, enum gt_wait_kind kind, double deadline, const char *why) {
    if (!gt_arm_timer(self, deadline)) return -errno;
    int code = 0;
    if (self->is_main) {
        gt_hub *hub = self->hub;
        self->kind = (uint8_t)kind;
        self->why = why;
        self->since = hub->now = gt_now();
        self->state = GT_GREENLET_WAITING;
        hub->waiting++;
        code = gt_main_wait(hub, deadline);
        if (self->state == GT_GREENLET_WAITING) hub->waiting--;
        self->state = GT_GREENLET_RUNNING;
        self->kind = GT_WAITS_NOT;
    } else {
        gt_suspend_running(self, kind, why);
    }
    gt_disarm_timer(self);
    if (code < 0) return code;
    return self->timed_out ? -ETIMEDOUT : 0;
}

/* Waits that are refused at once, before each takes a moment. */
enum { PATIENCE = 16 };
static const double moment = 0.001;

/* Code that does not look at what its waits answer, and waits again and again for what others are to do, keeps nobody from
 * doing it. */
bool gt_is_refused(gt_greenlet *self, const char *why) {
    if (!self->interrupt) return false;
    if (self->refusals < PATIENCE) self->refusals++;
    else wait_till(self, GT_WAITS_LOCK, gt_now() + moment, why);
    return self->interrupt != 0;
}

int gt_wait(gt_greenlet *self, enum gt_wait_kind kind, double deadline, const char *why) {
    if (kind >= GT_WAITS_LOCK) return wait_till(self, kind, deadline, why);
    if (gt_is_refused(self, why)) return -self->interrupt;
    int code = wait_till(self, kind, deadline, why);
    return code == 0 ? -self->interrupt : code;
}

int gt_park(double deadline, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    gt_hub_join();
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    if (gt_is_refused(self, why)) return -self->interrupt;
    if (self->woken) {
        self->woken = false;
        return 0;
    }
    if (deadline == (double)INFINITY && !self->is_main) return gt_suspend_parked(self, why);
    int code = gt_wait(self, GT_WAITS_PARKED, deadline, why);
    /* Whoever unparked has handed something over, perhaps: that comes before the deadline and the interrupt. */
    if (!self->woken) return code;
    self->woken = false;
    return 0;
}

void gt_unpark(gt_greenlet *greenlet) {
    greenlet->woken = true;
    if (greenlet->kind == GT_WAITS_PARKED) gt_make_ready(greenlet);
}

void gt_interrupt(gt_greenlet *greenlet, int error) {
    greenlet->interrupt = error;
    if (!error) greenlet->refusals = 0;
    bool can_end = greenlet->kind != GT_WAITS_NOT && greenlet->kind < GT_WAITS_LOCK;
    if (error && can_end) gt_make_ready(greenlet);
}

int gt_block(double deadline, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    return gt_wait(self, GT_WAITS_LOCK, deadline, why);
}

void gt_unblock(gt_greenlet *greenlet) {
    if (greenlet->kind == GT_WAITS_LOCK) gt_make_ready(greenlet);
}

int gt_interrupted(void) { return gt_running ? gt_running->interrupt : 0; }

static int yield(gt_greenlet *self, const char *why) {
    if (gt_is_refused(self, why)) return -self->interrupt;
    if (self->is_main) {
        /* One turn of the loop, which does not wait. */
        int code = gt_wait(self, GT_WAITS_SLEEPING, -INFINITY, why);
        return code == -ETIMEDOUT ? 0 : code;
    }
    gt_make_ready(self);
    gt_suspend_running(self, GT_WAITS_SLEEPING, why);
    return self->interrupt ? -self->interrupt : 0;
}

int gt_yield(void) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    gt_hub_join();
    return gt_hub_may_switch(self->hub) ? yield(self, "yield") : -EDEADLK;
}

int gt_wait_until(double deadline, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    if (deadline <= gt_now()) return yield(self, why);
    int code = gt_wait(self, GT_WAITS_SLEEPING, deadline, why);
    return code == -ETIMEDOUT && !self->interrupt ? 0 : code;
}
