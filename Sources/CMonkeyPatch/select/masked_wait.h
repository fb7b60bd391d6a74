/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting with another signal mask: what ppoll(), pselect(), epoll_pwait() and sigsuspend() have in common. */
#ifndef GT_MASKED_WAIT_H
#define GT_MASKED_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <signal.h>

#pragma GCC visibility push(hidden)

/* gt_wait_poll(), which also ends, with 1, when a signal is pending that the thread blocks and `mask` lets through: the
 * caller then repeats libc's call with no time and the mask, and the kernel delivers the signal there. A null `mask`
 * watches no signal. -ENOMEM if the signals cannot be watched.
 *
 * The mask cannot be put in place for the time of the wait: it is the thread's, and others run on it. So a signal that
 * the thread lets through is handled when it comes, and does not end the wait; one that only `mask` would block is
 * handled too. The use that these calls were made for, to let in a signal that is blocked elsewhere, is exact. */
int gt_wait_masked(struct pollfd *fds, size_t count, const sigset_t *mask, double deadline, const char *why);

#pragma GCC visibility pop

#endif
