/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Switching between the hub and a greenlet. Inlined into who does it: after a switch the processor guesses each return
 * wrong, as it remembers the calls of the other stack, so there should be as few as can be.
 */
#ifndef GT_SWITCH_H
#define GT_SWITCH_H

#include "hub.h"
#include "sanitizers.h"

/* Swift's runtime, which a process without Swift lacks. */
void swift_task_enterThreadLocalContext(char *state) __attribute__((weak));
void swift_task_exitThreadLocalContext(char *state) __attribute__((weak));

static inline bool has_accesses(const gt_hub *hub, const gt_greenlet *greenlet) {
    return !hub->open_accesses || (*hub->open_accesses | greenlet->accesses[0]) != 0;
}

/* Exchanges what the runtimes keep for the thread with what the greenlet has of its own. */
static inline void enter(gt_hub *hub, gt_greenlet *greenlet, uintptr_t saved[2]) {
    uintptr_t *exceptions = hub->exceptions;
    if (exceptions) {
        saved[0] = exceptions[0];
        saved[1] = exceptions[1];
        exceptions[0] = greenlet->exceptions[0];
        exceptions[1] = greenlet->exceptions[1];
    }
    if (has_accesses(hub, greenlet) && swift_task_enterThreadLocalContext) {
        swift_task_enterThreadLocalContext((char *)greenlet->accesses);
    }
}

static inline void leave(gt_hub *hub, gt_greenlet *greenlet, const uintptr_t saved[2]) {
    uintptr_t *exceptions = hub->exceptions;
    if (has_accesses(hub, greenlet) && swift_task_exitThreadLocalContext) {
        swift_task_exitThreadLocalContext((char *)greenlet->accesses);
    }
    if (exceptions) {
        greenlet->exceptions[0] = exceptions[0];
        greenlet->exceptions[1] = exceptions[1];
        exceptions[0] = saved[0];
        exceptions[1] = saved[1];
    }
}

static inline void told(gt_greenlet *from, gt_greenlet *to) {
    if (gt_switch_marks) __atomic_store_n(gt_switch_marks, *gt_switch_marks + 1, __ATOMIC_RELAXED);
    if (__builtin_expect(gt_on_switch != 0, 0)) gt_on_switch(from, to);
}

/* What park() returns: whoever unparked has handed something over, perhaps, which comes before the interrupt. */
static inline int gt_parked_answer(gt_greenlet *greenlet) {
    int answer = greenlet->woken ? 0 : -greenlet->interrupt;
    greenlet->woken = false;
    return answer;
}

/* Runs a greenlet, and those it switches to, until control comes back to the hub. */
static inline void gt_resume(gt_hub *hub, gt_greenlet *greenlet) {
    uintptr_t saved[2] = {0, 0};
    while (greenlet) {
        hub->next = 0;
        greenlet->state = GT_GREENLET_RUNNING;
        greenlet->switches++;
        greenlet->since = hub->now;
        told(0, greenlet);
        enter(hub, greenlet, saved);
        greenlet->kind = GT_WAITS_NOT;
        gt_running = greenlet;
        *hub->error = greenlet->error;
        gt_fiber_enter(greenlet);
        gt_switch_stack(&hub->sp, greenlet->sp, greenlet->takes_answer ? gt_parked_answer(greenlet) : 0);
        gt_fiber_entered_hub(hub);
        gt_running = 0;
        leave(hub, greenlet, saved);
        hub->switches++;
        told(greenlet, 0);
        if (__builtin_expect(greenlet->ended, 0)) gt_bury(hub, greenlet);
        greenlet = hub->next;
    }
}

static inline void gt_begin_wait(gt_greenlet *self, enum gt_wait_kind kind, const char *why) {
    gt_hub *hub = self->hub;
    self->kind = (uint8_t)kind;
    self->why = why;
    self->since = hub->now;
    self->error = *hub->error;
    if (self->queued) {
        self->state = GT_GREENLET_READY;
    } else {
        self->state = GT_GREENLET_WAITING;
        hub->waiting++;
    }
}

/* Suspends the running greenlet. It comes back when it was made ready. */
__attribute__((always_inline)) static inline void gt_suspend_running(
    gt_greenlet *self, enum gt_wait_kind kind, const char *why
) {
    gt_hub *hub = self->hub;
    gt_begin_wait(self, kind, why);
    self->takes_answer = false;
    gt_fiber_leave(self, hub);
    gt_switch_stack(&self->sp, hub->sp, 0);
    gt_fiber_entered(self);
}

/* The whole of a park() without a deadline. The switch is the last call, and so comes back straight to park()'s caller:
 * without it a return that the processor guesses wrong, which is a sixth of what a switch costs. */
__attribute__((always_inline)) static inline int gt_suspend_parked(gt_greenlet *self, const char *why) {
#if defined(GT_ASAN) || defined(GT_TSAN)
    gt_suspend_running(self, GT_WAITS_PARKED, why);
    return gt_parked_answer(self);
#else
    gt_hub *hub = self->hub;
    gt_begin_wait(self, GT_WAITS_PARKED, why);
    self->takes_answer = true;
    gt_fiber_leave(self, hub);
    return gt_switch_stack(&self->sp, hub->sp, 0);
#endif
}

#endif
