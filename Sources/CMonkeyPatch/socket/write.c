/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * write() and writev().
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "iovec.h"
#include "other_io.h"
#include "send.h"

ssize_t gt_coop_write(int fd, const void *buffer, size_t size) {
    if (!gt_can_wait()) return gt_libc.write(fd, buffer, size);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "write");
    ssize_t sent;
    do {
        sent = gt_libc.send(fd, buffer, size, MSG_DONTWAIT);
    } while (sent < 0 && gt_blocking_again(&blocking));
    if (sent == (ssize_t)size || (sent < 0 && errno != ENOTSOCK)) return sent;
    struct iovec piece = {(void *)(uintptr_t)buffer, size};
    if (sent >= 0) {
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
        return gt_send_rest(&blocking, &message, 0, (size_t)sent);
    }
    errno = blocking.entry_errno;
    return gt_write_other(&blocking, &piece, 1);
}

ssize_t gt_coop_writev(int fd, const struct iovec *pieces, int count) {
    /* Of nothing, sendmsg() would send an empty datagram. */
    if (!gt_can_wait() || count <= 0 || gt_iovec_is_empty(pieces, count)) return gt_libc.writev(fd, pieces, count);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "writev");
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (size_t)count};
    ssize_t sent = gt_send(&blocking, &message, 0);
    /* A count that is too large is EMSGSIZE there, and EINVAL here. */
    if (sent >= 0 || (errno != ENOTSOCK && errno != EMSGSIZE)) return sent;
    errno = blocking.entry_errno;
    return gt_write_other(&blocking, pieces, count);
}
