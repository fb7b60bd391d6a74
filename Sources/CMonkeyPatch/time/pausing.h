/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The waits behind the sleeping calls. */
#ifndef GT_PAUSING_H
#define GT_PAUSING_H

#include <time.h>

#pragma GCC visibility push(hidden)

/* Suspends the greenlet for `time`, never for less; no time at all lets the others run. 0, or the code that it was
 * interrupted with, negative; then `left`, unless null, gets the time that was left. */
int gt_pause(const struct timespec *time, struct timespec *left, const char *why);
/* The same until `clock` shows `time`, also if it is set or the machine sleeps meanwhile. With `relative` for as long
 * on that clock. -EINVAL for clocks that timerfd_create() does not know. */
int gt_pause_on_clock(clockid_t clock, int relative, const struct timespec *time, struct timespec *left,
                      const char *why);

#pragma GCC visibility pop

#endif
