/* What an event loop needs of the system and Swift cannot name, or must not be written in Swift. */
#ifndef GT_CPROVIDERLOOP_H
#define GT_CPROVIDERLOOP_H

#include <stdint.h>
#include <sys/epoll.h>

#include "gtornado.h"

#pragma GCC visibility push(hidden)

/* epoll_wait() with a limit in seconds, exact to the nanosecond where the kernel can; a negative one means for ever. */
int gt_epoll_wait(int epoll, struct epoll_event *events, int capacity, double seconds);

/* Whether the caller is on the process's first thread. */
int gt_is_main_thread(void);

/* A timer of CLOCK_MONOTONIC that does not block and is closed on exec; -1 with errno. */
int gt_timerfd(void);
/* Makes it readable at `when` seconds. Returns 0 or a negative errno value. */
int gt_timerfd_set(int timer, double when);

/* Callbacks on their way from signal handlers to a loop: 64 at most, in order. Any number of handlers, in any threads
 * and nested in each other, may put; one thread takes. */
typedef struct gt_signal_ring gt_signal_ring;

/* A ring that adds 1 to the eventfd `wakeup` at each put; null with errno. */
gt_signal_ring *gt_signal_ring_create(int wakeup);
void gt_signal_ring_destroy(gt_signal_ring *ring);
/* Takes the oldest; 0 if there is none. */
int gt_signal_ring_take(gt_signal_ring *ring, gt_callback *callback, void **context);

/* How a loop gets on, for a thread that watches it. The loop's thread writes, and never waits for anybody. */
typedef struct gt_loop_pulse {
    /* Changes with each part of a turn, and with each switch of greenlets. */
    uint64_t marks;
    /* Whether a turn goes on, its wait included. */
    uint32_t inside;
    uint32_t reserved;
} gt_loop_pulse;

__attribute__((unused)) static inline void gt_pulse_mark(gt_loop_pulse *pulse) {
    __atomic_store_n(&pulse->marks, pulse->marks + 1, __ATOMIC_RELAXED);
}
__attribute__((unused)) static inline void gt_pulse_turn(gt_loop_pulse *pulse, uint32_t inside) {
    gt_pulse_mark(pulse);
    __atomic_store_n(&pulse->inside, inside, __ATOMIC_RELAXED);
}
__attribute__((unused)) static inline uint64_t gt_pulse_marks(const gt_loop_pulse *pulse) {
    return __atomic_load_n(&pulse->marks, __ATOMIC_RELAXED);
}
__attribute__((unused)) static inline uint32_t gt_pulse_is_inside(const gt_loop_pulse *pulse) {
    return __atomic_load_n(&pulse->inside, __ATOMIC_RELAXED);
}

/* What a gt_loop of ProviderKit points to. */
typedef struct gt_loop_head {
    gt_signal_ring *ring;
    void *engine;
    gt_loop_pulse *pulse;
} gt_loop_head;

/* gt_ioloop.add_callback_from_signal for such loops. In C, because what Swift code may call inside a signal handler
 * depends on how it was optimised. */
int gt_add_callback_from_signal(gt_loop *loop, gt_callback callback, void *context);

#pragma GCC visibility pop

#endif
