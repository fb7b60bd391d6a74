/* Many writers, which may be signal handlers interrupting each other, and one reader: no lock, no allocation. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "CProviderKit.h"

enum { SLOTS = 64 };

struct slot {
    atomic_uint ready;
    gt_callback callback;
    void *context;
};

struct gt_signal_ring {
    int wakeup;
    atomic_uint head;
    atomic_uint tail;
    struct slot slots[SLOTS];
};

gt_signal_ring *gt_signal_ring_create(int wakeup) {
    gt_signal_ring *ring = calloc(1, sizeof *ring);
    if (ring) ring->wakeup = wakeup;
    return ring;
}

void gt_signal_ring_destroy(gt_signal_ring *ring) {
    free(ring);
}

static int put(gt_signal_ring *ring, gt_callback callback, void *context) {
    unsigned head = atomic_load(&ring->head);
    do {
        if (head - atomic_load(&ring->tail) >= SLOTS) return -ENOBUFS;
    } while (!atomic_compare_exchange_weak(&ring->head, &head, head + 1));
    struct slot *slot = &ring->slots[head % SLOTS];
    slot->callback = callback;
    slot->context = context;
    atomic_store_explicit(&slot->ready, 1, memory_order_release);
    return 0;
}

int gt_signal_ring_take(gt_signal_ring *ring, gt_callback *callback, void **context) {
    unsigned tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    struct slot *slot = &ring->slots[tail % SLOTS];
    /* A writer that was interrupted between taking its slot and filling it wakes the reader again when it goes on. */
    if (!atomic_load_explicit(&slot->ready, memory_order_acquire)) return 0;
    *callback = slot->callback;
    *context = slot->context;
    atomic_store_explicit(&slot->ready, 0, memory_order_relaxed);
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return 1;
}

int gt_add_callback_from_signal(gt_loop *loop, gt_callback callback, void *context) {
    int saved = errno;
    gt_signal_ring *ring = ((gt_loop_head *)loop)->ring;
    int code = put(ring, callback, context);
    if (code == 0) {
        uint64_t one = 1;
        ssize_t written = write(ring->wakeup, &one, sizeof one);
        (void)written;
    }
    errno = saved;
    return code;
}
