/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Closing and replacing descriptors.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "blocking.h"

/* Those who wait for a descriptor that is closed or replaced are told first: afterwards its number may be another
 * file's. On libc's own they would go on waiting for the file that is no longer theirs. */

/* Whether close() would wait until what was sent has arrived (SO_LINGER). */
static int lingers(int fd) {
    struct linger linger = {0};
    socklen_t size = sizeof linger;
    int saved = errno;
    int known = !getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size);
    errno = saved;
    return known && linger.l_onoff && linger.l_linger > 0;
}

typedef struct closing {
    int fd, result, error;
} closing;

static void close_it(void *context) {
    closing *job = context;
    job->result = gt_libc.close(job->fd);
    job->error = errno;
}

int gt_coop_close(int fd) {
    gt_fd_closing(fd);
    if (!gt_can_wait() || !lingers(fd)) return gt_libc.close(fd);
    closing job = {.fd = fd};
    if (gt_offload(close_it, &job, "close") < 0) return gt_libc.close(fd);
    if (job.result) errno = job.error;
    return job.result;
}

/* Whether dup2() will get as far as closing `replaced`. */
static int is_open(int fd) {
    int saved = errno;
    int open = gt_libc.fcntl(fd, F_GETFD) >= 0;
    errno = saved;
    return open;
}

int gt_coop_dup2(int fd, int replaced) {
    if (fd != replaced && is_open(fd)) gt_fd_closing(replaced);
    return gt_libc.dup2(fd, replaced);
}

int gt_coop_dup3(int fd, int replaced, int flags) {
    if (fd != replaced && is_open(fd)) gt_fd_closing(replaced);
    return gt_libc.dup3(fd, replaced, flags);
}

int gt_coop_close_range(unsigned first, unsigned last, int flags) {
    if (first <= last && !(flags & ~CLOSE_RANGE_UNSHARE)) gt_fds_closing(first, last);
    return gt_libc.close_range(first, last, flags);
}

void gt_coop_closefrom(int first) {
    gt_fds_closing(first < 0 ? 0 : (unsigned)first, ~0u);
    gt_libc.closefrom(first);
}
