/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Signals that are held back while greenlets wait for a handler to run. */
#ifndef GT_HELD_SIGNALS_H
#define GT_HELD_SIGNALS_H

#include <signal.h>

#pragma GCC visibility push(hidden)

/* Blocks, on this thread, the signals that have a handler and that `mask` lets through, so that they can be watched and
 * delivered while the caller looks on. Faults are never held. Each call needs a gt_release_signals(); the last one lets
 * the signals through again. */
void gt_hold_signals(const sigset_t *mask);
void gt_release_signals(void);
/* In the child of a fork(): whoever held signals is not there. */
void gt_release_all_signals(void);
/* The thread's mask as it would be without holding, or a worker's as it was before: what new processes are to start
 * with. Returns whether it is another than the present one. */
int gt_own_mask(sigset_t *mask);

#pragma GCC visibility pop

#endif
