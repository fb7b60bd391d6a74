/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * read() and readv().
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "iovec.h"
#include "other_io.h"
#include "receive.h"

/* Most descriptors that somebody waits for are sockets: those cost the one call that they always did. */

ssize_t gt_coop_read(int fd, void *buffer, size_t size) {
    /* A read of nothing does not wait; a recv of nothing does. */
    if (!gt_can_wait() || size == 0) return gt_libc.read(fd, buffer, size);
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "read");
    ssize_t got;
    do {
        got = gt_libc.recv(fd, buffer, size, MSG_DONTWAIT);
    } while (got < 0 && gt_blocking_again(&blocking));
    if (got >= 0 || errno != ENOTSOCK) return got;
    errno = blocking.entry_errno;
    struct iovec piece = {buffer, size};
    return gt_read_other(&blocking, &piece, 1);
}

ssize_t gt_coop_readv(int fd, const struct iovec *pieces, int count) {
    if (!gt_can_wait() || count <= 0 || gt_iovec_is_empty(pieces, count)) return gt_libc.readv(fd, pieces, count);
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "readv");
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (size_t)count};
    ssize_t got;
    do {
        got = gt_libc.recvmsg(fd, &message, MSG_DONTWAIT);
    } while (got < 0 && gt_blocking_again(&blocking));
    /* A count that is too large is EMSGSIZE there, and EINVAL here. */
    if (got >= 0 || (errno != ENOTSOCK && errno != EMSGSIZE)) return got;
    errno = blocking.entry_errno;
    return gt_read_other(&blocking, pieces, count);
}

ssize_t gt_coop_read_chk(int fd, void *buffer, size_t size, size_t room) {
    if (!gt_can_wait() || size > room) return gt_libc.__read_chk(fd, buffer, size, room);
    return gt_coop_read(fd, buffer, size);
}
