/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Accepting connections.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "blocking.h"
#include "nonblocking.h"

/* Not poll() and then accept(): another thread or process may take the connection in between, and the call would hold
 * the loop until the next one comes. */
static int accept_one(const char *why, int fd, __SOCKADDR_ARG address, socklen_t *length, int flags) {
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, why);
    for (;;) {
        if (gt_nonblocking_begin(fd) <= 0) return gt_libc.accept4(fd, address, length, flags);
        int accepted = gt_libc.accept4(fd, address, length, flags);
        gt_nonblocking_end(fd);
        if (accepted >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return accepted;
        if (!gt_blocking_wait(&blocking)) return -1;
    }
}

int gt_coop_accept(int fd, __SOCKADDR_ARG address, socklen_t *length) {
    if (!gt_can_wait()) return gt_libc.accept(fd, address, length);
    return accept_one("accept", fd, address, length, 0);
}

int gt_coop_accept4(int fd, __SOCKADDR_ARG address, socklen_t *length, int flags) {
    if (!gt_can_wait()) return gt_libc.accept4(fd, address, length, flags);
    return accept_one("accept4", fd, address, length, flags);
}
