/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * recvmmsg() and sendmmsg().
 */
#define _GNU_SOURCE
#include <limits.h>
#include <math.h>

#include "../originals.h"
#include "iovec.h"
#include "receive.h"
#include "send.h"

/* ----- receiving ----- */

/* The kernel looks at the time after each datagram only: a call may well wait longer than its timeout. */
static void set_rest(struct timespec *rest, double end) {
    double left = end - gt_now();
    *rest = (struct timespec){0};
    if (left <= 0) return;
    rest->tv_sec = (time_t)left;
    rest->tv_nsec = (long)((left - floor(left)) * 1e9);
}

static int receive_many(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout) {
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "recvmmsg");
    struct timespec rest = timeout ? *timeout : (struct timespec){0};
    double end = timeout ? gt_now() + (double)rest.tv_sec + (double)rest.tv_nsec / 1e9 : (double)INFINITY;
    unsigned received = 0;
    for (;;) {
        int more = gt_libc.recvmmsg(fd, messages + received, count - received, flags | MSG_DONTWAIT,
                                    timeout ? &rest : 0);
        if (more >= 0) {
            received += (unsigned)more;
            if (timeout) *timeout = rest;
            int is_late = timeout && rest.tv_sec == 0 && rest.tv_nsec == 0;
            if (received >= count || more == 0 || is_late || (flags & MSG_WAITFORONE)) return (int)received;
            /* The next datagram has the socket's own timeout to itself. */
            blocking.waited = 0;
            blocking.vain = 0;
        } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
            break;
        }
        if (!gt_blocking_more(&blocking)) break;
        /* With something received, an error is the next call's. */
        if (received > 0 && (blocking.ready & GT_ERROR)) break;
        if (timeout) set_rest(&rest, end);
    }
    if (received == 0) return -1;
    errno = blocking.entry_errno;
    return (int)received;
}

int gt_coop_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout) {
    if (!gt_can_wait() || (flags & GT_RECEIVES_AT_ONCE)) return gt_libc.recvmmsg(fd, messages, count, flags, timeout);
    return receive_many(fd, messages, count, flags, timeout);
}

/* ----- sending ----- */

int gt_coop_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    if (!gt_can_wait() || (flags & MSG_DONTWAIT)) return gt_libc.sendmmsg(fd, messages, count, flags);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "sendmmsg");
    /* The kernel takes no more in one call. */
    if (count > IOV_MAX) count = IOV_MAX;
    unsigned sent = 0;
    do {
        int more = gt_libc.sendmmsg(fd, messages + sent, count - sent, flags | MSG_DONTWAIT);
        if (more < 0 && gt_blocking_again(&blocking)) continue;
        if (more <= 0) return sent > 0 ? (int)sent : more;
        sent += (unsigned)more;
        /* On a stream the last of them may have gone out in part. */
        struct mmsghdr *last = &messages[sent - 1];
        last->msg_len = (unsigned)gt_send_rest(&blocking, &last->msg_hdr, flags, last->msg_len);
        if (last->msg_len < gt_iovec_size(last->msg_hdr.msg_iov, last->msg_hdr.msg_iovlen)) break;
        blocking.waited = 0;
        blocking.vain = 0;
    } while (sent < count);
    return (int)sent;
}
