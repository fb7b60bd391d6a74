/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What blocking calls have in common: waiting until a call that would have blocked can be tried again.
 *
 * A descriptor's flags stay as they are. A call is first tried in a way that cannot block; only when it says that it
 * would have, the descriptor is asked whether its owner wants to wait (O_NONBLOCK) and for how long (SO_RCVTIMEO,
 * SO_SNDTIMEO). Nothing is remembered of a descriptor between calls: its number may be another file's by then. */
#ifndef GT_BLOCKING_H
#define GT_BLOCKING_H

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

#include "CMonkeyPatch.h"

#pragma GCC visibility push(hidden)

/* One blocking call under way: on the caller's stack. */
typedef struct gt_blocking {
    int fd;
    uint32_t events; /* GT_READ or GT_WRITE */
    const char *why;
    int entry_errno; /* a call that succeeds leaves errno as it was */
    int timed_out;   /* the errno at the end of the socket's own timeout */
    int waited;
    uint32_t ready;  /* how the last wait ended: GT_... */
    unsigned vain;   /* waits that ended at once, and the call would still have blocked */
    double deadline;
} gt_blocking;

__attribute__((unused)) static inline gt_blocking gt_blocking_on(int fd, uint32_t events, const char *why) {
    return (gt_blocking){.fd = fd, .events = events, .why = why, .entry_errno = errno, .timed_out = EAGAIN};
}

/* To be asked after a try that failed: 1 when it would have blocked and the wait is over, with errno as it was before
 * the call: try again. 0 when the call has failed, with its errno. */
int gt_blocking_again(gt_blocking *blocking);
/* The same for a call that has done a part of its work: waits unless O_NONBLOCK is set. */
int gt_blocking_more(gt_blocking *blocking);
/* Waits, whatever O_NONBLOCK says. 1: try again; 0: failed, with errno. */
int gt_blocking_wait(gt_blocking *blocking);
/* The same where no event will tell: waits a little, longer each time. */
int gt_blocking_pause(gt_blocking *blocking);

/* Whether O_NONBLOCK is set. */
int gt_is_nonblocking(int fd);
/* Whether poll() finds `fd` ready for `events` (POLLIN, POLLOUT) now. */
int gt_is_ready(int fd, short events);
/* fstat()'s st_mode; 0 with errno if there is no such descriptor. */
mode_t gt_mode(int fd);

#pragma GCC visibility pop

#endif
