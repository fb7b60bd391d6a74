/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a session sends, gathered: the tickets at a handshake's end, a short answer and the end would be a call and a
 * packet each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "sessions.h"

/* Two tickets, a short answer and the end are a kilobyte. */
enum { ROOM = 4096 };

enum { FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT };

static ssize_t send_one(gt_tls_socket *socket, const char *bytes, size_t size) {
    ssize_t sent;
    do sent = send(socket->descriptor, bytes, size, FLAGS);
    while (sent < 0 && errno == EINTR);
    return sent;
}

static ssize_t send_behind_held(gt_tls_socket *socket, const char *bytes, size_t size) {
    struct iovec pieces[] = {{socket->held, socket->held_count}, {(void *)bytes, size}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    ssize_t sent;
    do sent = sendmsg(socket->descriptor, &message, FLAGS);
    while (sent < 0 && errno == EINTR);
    return sent;
}

static void forget(gt_tls_socket *socket) {
    free(socket->held);
    socket->held = NULL;
    socket->held_count = 0;
}

/* Of `sent` bytes the first are those that were held; returns the rest. */
static size_t beyond_held(gt_tls_socket *socket, size_t sent) {
    if (sent >= socket->held_count) {
        size_t rest = sent - socket->held_count;
        forget(socket);
        return rest;
    }
    socket->held_count -= sent;
    memmove(socket->held, socket->held + sent, socket->held_count);
    return 0;
}

static int hold(gt_tls_socket *socket, const char *bytes, size_t size) {
    if (size > ROOM - socket->held_count) return 0;
    if (!socket->held) socket->held = malloc(ROOM);
    if (!socket->held) return 0;
    memcpy(socket->held + socket->held_count, bytes, size);
    socket->held_count += size;
    return 1;
}

ssize_t gt_tls_send(gt_tls_socket *socket, const char *bytes, size_t size) {
    if (socket->is_gathering && hold(socket, bytes, size)) return (ssize_t)size;
    if (!socket->held_count) return send_one(socket, bytes, size);
    ssize_t sent = send_behind_held(socket, bytes, size);
    if (sent < 0) return sent;
    size_t taken = beyond_held(socket, (size_t)sent);
    if (taken > 0) return (ssize_t)taken;
    errno = EAGAIN;
    return -1;
}

void gt_tls_gather(gt_tls *tls) { tls->socket->is_gathering = 1; }

int gt_tls_send_held(gt_tls_socket *socket) {
    socket->is_gathering = 0;
    if (!socket->held_count) return 0;
    ssize_t sent = send_one(socket, socket->held, socket->held_count);
    if (sent >= 0) {
        beyond_held(socket, (size_t)sent);
        return socket->held_count ? GT_TLS_WANT_WRITE : 0;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return GT_TLS_WANT_WRITE;
    int code = errno;
    forget(socket);
    return -code;
}

int gt_tls_flush(gt_tls *tls) {
    int code = gt_tls_send_held(tls->socket);
    if (code < 0 && code != GT_TLS_WANT_WRITE) {
        tls->is_broken = 1;
        gt_tls_note(tls, "%s", strerror(-code));
    }
    return code;
}
