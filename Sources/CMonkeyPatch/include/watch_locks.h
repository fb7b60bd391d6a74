/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Mutexes of patched libraries under --debug-locks: who holds which, and what goes wrong when the holder is suspended.
 */
#ifndef GT_WATCH_LOCKS_H
#define GT_WATCH_LOCKS_H

#include <stdint.h>

#include "CGreenlet.h"

#pragma GCC visibility push(hidden)

enum {
    /* A greenlet was switched away from while it held the mutex. */
    GT_LOCK_KEPT = 0,
    /* A greenlet wants a mutex that a suspended one holds: without the patch, the thread would wait for ever. It waits
     * like a greenlet now. */
    GT_LOCK_WANTED = 1,
    /* A callback of the loop, or an async job, wants one: it cannot wait like a greenlet, and the thread hangs. */
    GT_LOCK_DEADLY = 2
};

enum { GT_LOCK_FRAMES = 24 };

typedef struct gt_lock_event {
    /* GT_LOCK_... */
    uint32_t kind;
    uint32_t frame_count;
    const void *mutex;
    /* Who holds it, and where that locked it. */
    char holder[48];
    void *frames[GT_LOCK_FRAMES];
    /* Who wants it; empty for the loop. */
    char wanter[48];
} gt_lock_event;

/* Called by the hub's thread when it goes on after `from`. */
void gt_watch_locks_left(gt_greenlet *from);

/* Takes the oldest event that was not told yet; 0 if there is none. From one thread, which may be another than the hub's.
 * Each place that locks is told once, and no more than 64 wait: `lost` gets how many more there were so far. */
int gt_watch_locks_take(gt_lock_event *event, uint64_t *lost);

#pragma GCC visibility pop

#endif
