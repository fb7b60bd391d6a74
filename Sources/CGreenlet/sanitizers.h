/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What ThreadSanitizer and AddressSanitizer must be told of stack switches; nothing where they are not in use.
 */
#ifndef GT_SANITIZERS_H
#define GT_SANITIZERS_H

#include "hub.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GT_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define GT_ASAN 1
#endif
#endif

/* Looks at the words of stacks, those that AddressSanitizer keeps between variables included. */
#define GT_READS_STACKS __attribute__((no_sanitize("address")))

/* A function that changes the fiber would be entered on one and left on another. */
#define GT_AT_CALLER __attribute__((always_inline))

#if defined(GT_TSAN)
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_ignore_thread_begin(void);
/* A switch that orders nothing. */
enum { GT_TSAN_NO_SYNC = 1 };
#endif
#if defined(GT_ASAN)
void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *size);
#endif

/* What runs on the fiber is not looked at any more. */
GT_AT_CALLER static inline void gt_fiber_ignore(void *fiber) {
#if defined(GT_TSAN)
    void *current = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber, GT_TSAN_NO_SYNC);
    __tsan_ignore_thread_begin();
    __tsan_switch_to_fiber(current, GT_TSAN_NO_SYNC);
#else
    (void)fiber;
#endif
}

/* In the child of a fork. ThreadSanitizer takes fibers for threads: where there are any, it ignores what the one that has
 * forked does from then on, its switches too, and would find that the others race with it. The child has one thread, so
 * there is nothing to find: the others are ignored as well, that of the thread's own stack and those made later. */
GT_AT_CALLER static inline void gt_fibers_after_fork(gt_hub *hub, const gt_greenlet *running) {
    if (hub->live == 0) return;
    hub->unwatched = true;
    if (running && !running->is_main) gt_fiber_ignore(hub->sanitizer);
}

GT_AT_CALLER static inline void *gt_fiber_create(const gt_hub *hub) {
#if defined(GT_TSAN)
    void *fiber = __tsan_create_fiber(0);
    if (hub->unwatched) gt_fiber_ignore(fiber);
    return fiber;
#else
    (void)hub;
    return 0;
#endif
}

GT_AT_CALLER static inline void gt_fiber_destroy(void *fiber) {
#if defined(GT_TSAN)
    if (fiber) __tsan_destroy_fiber(fiber);
#else
    (void)fiber;
#endif
}

/* On the hub's stack, before a switch to a greenlet. */
GT_AT_CALLER static inline void gt_fiber_enter(gt_greenlet *greenlet) {
#if defined(GT_TSAN)
    greenlet->hub->sanitizer = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(greenlet->sanitizer, 0);
#elif defined(GT_ASAN)
    __sanitizer_start_switch_fiber(&greenlet->hub->sanitizer, greenlet->stack, greenlet->stack_size);
#else
    (void)greenlet;
#endif
}

/* On the hub's stack, after a switch back. */
GT_AT_CALLER static inline void gt_fiber_entered_hub(gt_hub *hub) {
#if defined(GT_ASAN)
    __sanitizer_finish_switch_fiber(hub->sanitizer, 0, 0);
#else
    (void)hub;
#endif
}

/* On a greenlet's stack, after a switch to it. */
GT_AT_CALLER static inline void gt_fiber_entered(gt_greenlet *greenlet) {
#if defined(GT_ASAN)
    __sanitizer_finish_switch_fiber(greenlet->sanitizer, &greenlet->hub->stack_bottom, &greenlet->hub->stack_size);
#else
    (void)greenlet;
#endif
}

/* On a greenlet's stack, before a switch to the hub. */
GT_AT_CALLER static inline void gt_fiber_leave(gt_greenlet *greenlet, gt_hub *hub) {
#if defined(GT_TSAN)
    (void)greenlet;
    __tsan_switch_to_fiber(hub->sanitizer, 0);
#elif defined(GT_ASAN)
    __sanitizer_start_switch_fiber(&greenlet->sanitizer, hub->stack_bottom, hub->stack_size);
#else
    (void)greenlet;
    (void)hub;
#endif
}

GT_AT_CALLER static inline void gt_fiber_leave_for_good(gt_hub *hub) {
#if defined(GT_TSAN)
    __tsan_switch_to_fiber(hub->sanitizer, 0);
#elif defined(GT_ASAN)
    __sanitizer_start_switch_fiber(0, hub->stack_bottom, hub->stack_size);
#else
    (void)hub;
#endif
}

#endif
