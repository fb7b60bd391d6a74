/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The life of a greenlet: spawned, resumed, suspended, ended.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "hub.h"
#include "switch.h"

__thread gt_greenlet *gt_running __attribute__((tls_model("initial-exec")));
void (*gt_on_switch)(gt_greenlet *from, gt_greenlet *to);
uint64_t *gt_switch_marks;

__thread unsigned gt_pins __attribute__((tls_model("initial-exec")));

void gt_pin(void) { gt_pins++; }

void gt_unpin(void) { gt_pins--; }

int gt_may_switch(void) { return gt_pins == 0 && (!swift_task_getCurrent || !swift_task_getCurrent()); }

void gt_name(gt_greenlet *greenlet, const char *name) {
    greenlet->name[0] = greenlet->name[sizeof greenlet->name - 1] = 0;
    if (name) memccpy(greenlet->name, name, 0, sizeof greenlet->name - 1);
}

/* ----- the ready queue ----- */

static void queue(gt_hub *hub, gt_greenlet *greenlet) {
    greenlet->queued = true;
    greenlet->next = 0;
    greenlet->previous = hub->ready_last;
    if (hub->ready_last) hub->ready_last->next = greenlet;
    else hub->ready_first = greenlet;
    hub->ready_last = greenlet;
    hub->ready++;
}

void gt_unqueue(gt_greenlet *greenlet) {
    if (!greenlet->queued) return;
    gt_hub *hub = greenlet->hub;
    greenlet->queued = false;
    if (greenlet->previous) greenlet->previous->next = greenlet->next;
    else hub->ready_first = greenlet->next;
    if (greenlet->next) greenlet->next->previous = greenlet->previous;
    else hub->ready_last = greenlet->previous;
    hub->ready--;
}

static void drain(void *context) {
    gt_hub *hub = context;
    hub->drain_scheduled = false;
    hub->now = gt_now();
    gt_hub_drain(hub);
}

static void schedule(gt_hub *hub) {
    if (hub->drain_scheduled || hub->draining) return;
    hub->drain_scheduled = true;
    hub->ioloop.add_callback(hub->loop, drain, hub);
}

void gt_make_ready(gt_greenlet *greenlet) {
    if (greenlet->queued || greenlet->abandoned || greenlet->ended) return;
    gt_hub *hub = greenlet->hub;
    if (greenlet->state == GT_GREENLET_WAITING) {
        greenlet->state = GT_GREENLET_READY;
        hub->waiting--;
    }
    /* The app's main looks at `state` after each turn that it runs. */
    if (greenlet->is_main) return;
    queue(hub, greenlet);
    schedule(hub);
}

void gt_hub_drain(gt_hub *hub) {
    /* Those that get ready from here on wait for the loop's next turn, so that descriptors and timeouts get theirs. */
    hub->draining = true;
    for (size_t left = hub->ready; left > 0 && hub->ready_first; left--) {
        gt_greenlet *greenlet = hub->ready_first;
        gt_unqueue(greenlet);
        gt_resume(hub, greenlet);
    }
    hub->draining = false;
    if (hub->ready > 0) schedule(hub);
}

/* ----- beginning and end ----- */

/* The pool is all threads': a few stacks are the hub's own, and cost no lock. */
static gt_greenlet *take_stack(gt_hub *hub) {
    while (hub->spare_count > 0) {
        gt_greenlet *spare = hub->spares[--hub->spare_count];
        if (spare->stack_size == gt_stacks_size()) return spare;
        gt_stacks_give(spare);
    }
    return gt_stacks_take();
}

static void give_stack(gt_hub *hub, gt_greenlet *greenlet) {
    if (hub->spare_count < GT_SPARES) hub->spares[hub->spare_count++] = greenlet;
    else gt_stacks_give(greenlet);
}

void gt_hub_give_spares(gt_hub *hub) {
    while (hub->spare_count > 0) gt_stacks_give(hub->spares[--hub->spare_count]);
}

void gt_bury(gt_hub *hub, gt_greenlet *greenlet) {
    if (greenlet->older) greenlet->older->newer = greenlet->newer;
    else hub->oldest = greenlet->newer;
    if (greenlet->newer) greenlet->newer->older = greenlet->older;
    else hub->newest = greenlet->older;
    hub->live--;
    greenlet->id = 0;
    gt_fiber_destroy(greenlet->sanitizer);
    give_stack(hub, greenlet);
}

/* Called by gt_stack_bottom on a greenlet's own stack. Returns where the hub goes on. */
__attribute__((visibility("hidden"))) void *gt_greenlet_main(void);

void *gt_greenlet_main(void) {
    gt_greenlet *self = gt_running;
    gt_fiber_entered(self);
    self->entry(self->context);
    gt_hub *hub = self->hub;
    gt_greenlet *parent = self->parent;
    /* A dead parent's stack may have a new owner, with another number. */
    bool parent_lives = parent && parent->id == self->parent_id && parent->hub == hub && !parent->abandoned;
    bool parent_waits = parent_lives && parent->kind == GT_WAITS_SWITCH;
    if (parent_waits && parent->is_main) gt_make_ready(parent);
    else if (parent_waits) hub->next = gt_claim(parent);
    self->ended = true;
    self->state = GT_GREENLET_WAITING;
    gt_fiber_leave_for_good(hub);
#if defined(GT_ASAN) || defined(GT_TSAN)
    /* No return: the sanitizers are on the hub's stack already. */
    gt_switch_stack(&self->sp, hub->sp, 0);
    __builtin_unreachable();
#else
    return hub->sp;
#endif
}

gt_greenlet *gt_spawn(gt_callback entry, void *context, const char *name, uint32_t flags) {
    gt_hub *hub = gt_hub_current();
    if (!hub) {
        errno = ENOTSUP;
        return 0;
    }
    gt_greenlet *greenlet = take_stack(hub);
    if (!greenlet) return 0;
    char *stack = greenlet->stack;
    size_t stack_size = greenlet->stack_size;
    memset(greenlet, 0, offsetof(gt_greenlet, name));
    greenlet->stack = stack;
    greenlet->stack_size = stack_size;
    greenlet->hub = hub;
    greenlet->entry = entry;
    greenlet->context = context;
    greenlet->id = ++hub->spawned;
    greenlet->born = greenlet->since = hub->now;
    greenlet->fd = -1;
    gt_name(greenlet, name);
    greenlet->sp = gt_stack_prepare((void *)((uintptr_t)greenlet & ~(uintptr_t)15));
    greenlet->sanitizer = gt_fiber_create(hub);
    greenlet->older = hub->newest;
    if (hub->newest) hub->newest->newer = greenlet;
    else hub->oldest = greenlet;
    hub->newest = greenlet;
    hub->live++;
    /* Where nothing runs on this thread but the loop. */
    if ((flags & GT_SPAWN_NOW) && !gt_running && gt_hub_may_switch(hub)) gt_resume(hub, greenlet);
    else gt_make_ready(greenlet);
    return greenlet;
}
