/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * send(), sendto() and sendmsg().
 */
#define _GNU_SOURCE
#include "send.h"

#include "iovec.h"
#include "../originals.h"

ssize_t gt_send_rest(gt_blocking *blocking, const struct msghdr *message, int flags, size_t sent) {
    size_t size = gt_iovec_size(message->msg_iov, message->msg_iovlen);
    gt_iovec_rest rest;
    if (sent >= size || gt_iovec_copy(&rest, message->msg_iov, message->msg_iovlen, sent)) return (ssize_t)sent;
    while (sent < size && gt_blocking_more(blocking)) {
        /* The next call is to hear of what has happened to the connection: asking now would use the error up. */
        if (blocking->ready & GT_ERROR) break;
        /* Control data (descriptors) went with the first part. */
        struct msghdr next = {.msg_iov = rest.pieces, .msg_iovlen = rest.count};
        ssize_t more = gt_libc.sendmsg(blocking->fd, &next, (flags & ~MSG_FASTOPEN) | MSG_DONTWAIT | MSG_NOSIGNAL);
        if (more < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) continue;
        if (more <= 0) break;
        blocking->vain = 0;
        sent += (size_t)more;
        gt_iovec_skip(&rest, (size_t)more);
    }
    gt_iovec_free(&rest);
    errno = blocking->entry_errno;
    return (ssize_t)sent;
}

ssize_t gt_send(gt_blocking *blocking, const struct msghdr *message, int flags) {
    ssize_t sent;
    while ((sent = gt_libc.sendmsg(blocking->fd, message, flags | MSG_DONTWAIT)) < 0) {
        if (errno == EINPROGRESS) flags &= ~MSG_FASTOPEN;
        if (!gt_blocking_again(blocking)) return -1;
    }
    return gt_send_rest(blocking, message, flags, (size_t)sent);
}

static ssize_t send_piece(int fd, const void *buffer, size_t size, int flags, const char *why) {
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, why);
    ssize_t sent = gt_libc.send(fd, buffer, size, flags | MSG_DONTWAIT);
    if (sent == (ssize_t)size) return sent;
    struct iovec piece = {(void *)(uintptr_t)buffer, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (sent > 0) return gt_send_rest(&blocking, &message, flags, (size_t)sent);
    return sent == 0 || !gt_blocking_again(&blocking) ? sent : gt_send(&blocking, &message, flags);
}

ssize_t gt_coop_send(int fd, const void *buffer, size_t size, int flags) {
    if (!gt_can_wait() || (flags & MSG_DONTWAIT)) return gt_libc.send(fd, buffer, size, flags);
    return send_piece(fd, buffer, size, flags, "send");
}

ssize_t gt_coop_sendto(int fd, const void *buffer, size_t size, int flags, __CONST_SOCKADDR_ARG address,
                       socklen_t length) {
    if (!gt_can_wait() || (flags & MSG_DONTWAIT)) return gt_libc.sendto(fd, buffer, size, flags, address, length);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "sendto");
    ssize_t sent;
    while ((sent = gt_libc.sendto(fd, buffer, size, flags | MSG_DONTWAIT, address, length)) < 0) {
        if (errno == EINPROGRESS) flags &= ~MSG_FASTOPEN;
        if (!gt_blocking_again(&blocking)) return -1;
    }
    struct iovec piece = {(void *)(uintptr_t)buffer, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return gt_send_rest(&blocking, &message, flags, (size_t)sent);
}

ssize_t gt_coop_sendmsg(int fd, const struct msghdr *message, int flags) {
    if (!gt_can_wait() || (flags & MSG_DONTWAIT)) return gt_libc.sendmsg(fd, message, flags);
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "sendmsg");
    return gt_send(&blocking, message, flags);
}
