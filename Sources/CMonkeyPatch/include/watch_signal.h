/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A signal that has the loop call somebody.
 */
#ifndef GT_WATCH_SIGNAL_H
#define GT_WATCH_SIGNAL_H

#include "gtornado.h"

#pragma GCC visibility push(hidden)

/* From now on, each signal `number` runs callback(context) on `loop`, of `ioloop`; both must live as long as the process.
 * Returns 0, or a negative errno value: -EBUSY if somebody handles that signal already. */
int gt_watch_signal(int number, const gt_ioloop *ioloop, gt_loop *loop, gt_callback callback, void *context);
/* The number of the signal of that name: "USR2", "SIGUSR2", "usr2"; 0 if it is none that a program may handle. */
int gt_signal_named(const char *name);

#pragma GCC visibility pop

#endif
