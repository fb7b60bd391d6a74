/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * recv(), recvfrom() and recvmsg().
 */
#define _GNU_SOURCE
#include "receive.h"

#include <sys/ioctl.h>

#include "iovec.h"
#include "../originals.h"

static int is_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

/* Whether there are bytes to be had before whatever else has happened to the connection. */
static int has_bytes(int fd) {
    int bytes = 0;
    return !gt_libc.ioctl(fd, FIONREAD, &bytes) && bytes > 0;
}

static ssize_t receive_once(gt_blocking *blocking, struct msghdr *message, int flags) {
    /* The kernel writes the sizes that it used into the header, but only on success. */
    ssize_t got;
    do {
        got = gt_libc.recvmsg(blocking->fd, message, flags | MSG_DONTWAIT);
    } while (got < 0 && gt_blocking_again(blocking));
    return got;
}

/* MSG_WAITALL: what comes after the first `got` bytes. An error that comes in between stays for the next call. */
static ssize_t receive_rest(gt_blocking *blocking, struct msghdr *message, int flags, size_t got, size_t wanted) {
    gt_iovec_rest rest;
    if (gt_iovec_copy(&rest, message->msg_iov, message->msg_iovlen, got)) return (ssize_t)got;
    while (got < wanted && gt_blocking_more(blocking)) {
        if ((blocking->ready & GT_ERROR) && !has_bytes(blocking->fd)) break;
        struct msghdr next = {.msg_iov = rest.pieces, .msg_iovlen = rest.count};
        ssize_t more = gt_libc.recvmsg(blocking->fd, &next, flags | MSG_DONTWAIT);
        if (more < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) continue;
        if (more <= 0) break;
        blocking->vain = 0;
        got += (size_t)more;
        gt_iovec_skip(&rest, (size_t)more);
    }
    gt_iovec_free(&rest);
    errno = blocking->entry_errno;
    return (ssize_t)got;
}

/* MSG_WAITALL with MSG_PEEK: bytes that stay are no event, so it looks again and again. */
static ssize_t peek_all(gt_blocking *blocking, struct msghdr *message, int flags, size_t got, size_t wanted) {
    while (got < wanted && !gt_is_nonblocking(blocking->fd)) {
        if (gt_is_ready(blocking->fd, POLLRDHUP) || !gt_blocking_pause(blocking)) break;
        struct msghdr again = *message;
        ssize_t seen = gt_libc.recvmsg(blocking->fd, &again, flags | MSG_DONTWAIT);
        if (seen <= 0) break;
        got = (size_t)seen;
    }
    errno = blocking->entry_errno;
    return (ssize_t)got;
}

ssize_t gt_receive(gt_blocking *blocking, struct msghdr *message, int flags) {
    size_t control = message->msg_controllen;
    ssize_t got = receive_once(blocking, message, flags);
    if (got <= 0 || !(flags & MSG_WAITALL)) return got;
    size_t wanted = gt_iovec_size(message->msg_iov, message->msg_iovlen);
    /* Descriptors and the like end what one call receives. */
    int has_control = control > 0 && message->msg_controllen > 0;
    if ((size_t)got >= wanted || has_control || !is_stream(blocking->fd)) return got;
    return (flags & MSG_PEEK ? peek_all : receive_rest)(blocking, message, flags, (size_t)got, wanted);
}

ssize_t gt_coop_recv(int fd, void *buffer, size_t size, int flags) {
    if (!gt_can_wait() || (flags & GT_RECEIVES_AT_ONCE)) return gt_libc.recv(fd, buffer, size, flags);
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "recv");
    if (flags & MSG_WAITALL) {
        struct iovec piece = {buffer, size};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
        return gt_receive(&blocking, &message, flags);
    }
    ssize_t got;
    do {
        got = gt_libc.recv(fd, buffer, size, flags | MSG_DONTWAIT);
    } while (got < 0 && gt_blocking_again(&blocking));
    return got;
}

ssize_t gt_coop_recvfrom(int fd, void *buffer, size_t size, int flags, __SOCKADDR_ARG address, socklen_t *length) {
    if (!gt_can_wait() || (flags & GT_RECEIVES_AT_ONCE)) {
        return gt_libc.recvfrom(fd, buffer, size, flags, address, length);
    }
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "recvfrom");
    ssize_t got;
    do {
        got = gt_libc.recvfrom(fd, buffer, size, flags | MSG_DONTWAIT, address, length);
    } while (got < 0 && gt_blocking_again(&blocking));
    if (got <= 0 || !(flags & MSG_WAITALL) || (size_t)got >= size || !is_stream(fd)) return got;
    struct iovec piece = {buffer, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return (flags & MSG_PEEK ? peek_all : receive_rest)(&blocking, &message, flags, (size_t)got, size);
}

ssize_t gt_coop_recvmsg(int fd, struct msghdr *message, int flags) {
    if (!gt_can_wait() || (flags & GT_RECEIVES_AT_ONCE)) return gt_libc.recvmsg(fd, message, flags);
    gt_blocking blocking = gt_blocking_on(fd, GT_READ, "recvmsg");
    return gt_receive(&blocking, message, flags);
}

/* The fortified ones abort where the buffer is too small: that is left to libc. */

ssize_t gt_coop_recv_chk(int fd, void *buffer, size_t size, size_t room, int flags) {
    if (!gt_can_wait() || size > room) return gt_libc.__recv_chk(fd, buffer, size, room, flags);
    return gt_coop_recv(fd, buffer, size, flags);
}

ssize_t gt_coop_recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags, __SOCKADDR_ARG address,
                             socklen_t *length) {
    if (!gt_can_wait() || size > room) {
        return gt_libc.__recvfrom_chk(fd, buffer, size, room, flags, address, length);
    }
    return gt_coop_recvfrom(fd, buffer, size, flags, address, length);
}
