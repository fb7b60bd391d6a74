/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What the watcher and --debug-locks want to know of each switch.
 */
#include "watch_switch.h"

#include "CGreenlet.h"
#include "watch_locks.h"

static void switched(gt_greenlet *from, gt_greenlet *to) {
    (void)to;
    if (from) gt_watch_locks_left(from);
}

void gt_watch_switches(uint64_t *word) { gt_switch_marks = word; }

void gt_watch_switches_for_locks(int are_watched) { gt_on_switch = are_watched ? switched : 0; }
