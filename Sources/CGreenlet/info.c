/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What can be told of greenlets.
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <limits.h>
#include <string.h>

#include "hub.h"
#include "gt_unwind.h"
#include "sanitizers.h"

void gt_info(gt_greenlet *greenlet, gt_greenlet_info *info) {
    /* Found out by asking the kernel about each page, which takes a hundred times as long as all the rest. */
    bool wants_use = info->size > offsetof(gt_greenlet_info, stack_used);
    gt_greenlet_info all = {
        .size = info->size,
        .state = greenlet->state,
        .id = greenlet->id,
        .name = greenlet->name,
        .waits_for = greenlet->state == GT_GREENLET_WAITING && greenlet->why ? greenlet->why : "",
        .descriptor = greenlet->fd,
        .interrupted = (uint32_t)greenlet->interrupt,
        .born = greenlet->born,
        .since = greenlet->since,
        .stack_size = greenlet->is_main ? 0 : greenlet->stack_size,
        .stack_used = wants_use ? gt_stack_used(greenlet) : 0,
        .switches = greenlet->switches,
    };
    memcpy(info, &all, info->size < sizeof all ? info->size : sizeof all);
}

void gt_each(void (*visit)(gt_greenlet *greenlet, void *context), void *context) {
    gt_hub *hub = gt_this_hub;
    if (!hub) return;
    visit(&hub->main, context);
    for (gt_greenlet *greenlet = hub->oldest; greenlet;) {
        gt_greenlet *newer = greenlet->newer;
        if (!greenlet->abandoned) visit(greenlet, context);
        greenlet = newer;
    }
}

uint64_t gt_greenlet_id(const gt_greenlet *greenlet) { return greenlet->id; }

/* Where a greenlet goes on after its switch: its registers as switch_*.S has left them on its stack. */
GT_READS_STACKS static gt_unwind_frame suspended_at(const gt_greenlet *greenlet) {
    const uintptr_t *sp = greenlet->sp;
    gt_unwind_frame frame = {0};
#if defined(__x86_64__)
    static const int numbers[] = {15, 14, 13, 12, 3, GT_UNWIND_FP};
    enum { FIRST = 1, WORDS = 8 };
    frame.pc = sp[7];
#else
    static const int numbers[] = {GT_UNWIND_FP, 30, 27, 28, 25, 26, 23, 24, 21, 22, 19, 20};
    enum { FIRST = 0, WORDS = 22 };
    frame.pc = sp[1];
#endif
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) gt_unwind_set(&frame, numbers[i], sp[FIRST + i]);
    gt_unwind_set(&frame, GT_UNWIND_SP, (uintptr_t)(sp + WORDS));
    return frame;
}

size_t gt_backtrace(gt_greenlet *greenlet, void **addresses, size_t capacity) {
    if (capacity == 0 || capacity > INT_MAX || greenlet->is_main || greenlet->ended) return 0;
    if (greenlet == gt_running) {
        int count = backtrace(addresses, (int)capacity);
        /* Without this function. */
        if (count > 0) memmove(addresses, addresses + 1, (size_t)--count * sizeof *addresses);
        return (size_t)count;
    }
    if (greenlet->state == GT_GREENLET_NEW || greenlet->switches == 0) return 0;
    gt_unwind_frame frame = suspended_at(greenlet);
    uintptr_t sp = frame.registers[GT_UNWIND_SP];
    gt_unwind_stack stack = {sp, (const uintptr_t *)sp, ((uintptr_t)greenlet - sp) / sizeof(uintptr_t)};
    return gt_unwind(frame, &stack, addresses, capacity);
}

int gt_greenlet_of_address(const void *address, char *name, size_t *stack_size) {
    gt_greenlet *greenlet;
    int place = gt_stacks_find(address, &greenlet);
    if (place == 0) return 0;
    memcpy(name, greenlet->name, sizeof greenlet->name);
    *stack_size = greenlet->stack_size;
    return place;
}
