/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a watcher learns at each switch of greenlets.
 */
#ifndef GT_WATCH_SWITCH_H
#define GT_WATCH_SWITCH_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* From now on, each switch of greenlets on this process's hub adds 1 to `marks`, which other threads may read. Null ends
 * it. */
void gt_watch_switches(uint64_t *marks);
/* From now on, a greenlet that is switched away from while it holds a mutex is told to gt_watch_locks(). */
void gt_watch_switches_for_locks(int are_watched);

#pragma GCC visibility pop

#endif
