/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Connecting.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "blocking.h"
#include "nonblocking.h"

/* One try that does not wait; 0 or an errno value. -1: the descriptor does not want to wait, or is none. */
static int try_once(int fd, __CONST_SOCKADDR_ARG address, socklen_t length) {
    if (gt_nonblocking_begin(fd) <= 0) return -1;
    int error = gt_libc.connect(fd, address, length) ? errno : 0;
    gt_nonblocking_end(fd);
    return error;
}

/* When the connection is made or has failed, connect() itself is asked again, not SO_ERROR: it is what brings the
 * socket into the state that a blocking connect() leaves it in, ready for another try after a failure. */
int gt_coop_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length) {
    if (!gt_can_wait()) return gt_libc.connect(fd, address, length);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "connect");
    for (;;) {
        int error = try_once(fd, address, length);
        errno = blocking.entry_errno;
        if (error < 0) return gt_libc.connect(fd, address, length);
        if (error == 0 || (error == EISCONN && blocking.waited)) return 0;
        int under_way = error == EINPROGRESS || error == EALREADY;
        if (under_way) {
            /* A socket's first connect() that times out says something else than its second. */
            if (!blocking.waited) blocking.timed_out = error;
            if (!gt_blocking_wait(&blocking)) return -1;
        } else if (error == EAGAIN) {
            /* A unix socket's backlog is full. No event tells when it has room. */
            if (!gt_blocking_pause(&blocking)) return -1;
        } else {
            errno = error;
            return -1;
        }
    }
}
