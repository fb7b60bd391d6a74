/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A socket as a BIO: no SIGPIPE, never waits, and asks the kernel no question whose answer is known.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "sessions.h"

static BIO_METHOD *method;

static int may_retry(int code) { return code == EAGAIN || code == EWOULDBLOCK; }

static int write_some(BIO *bio, const char *bytes, size_t size, size_t *written) {
    gt_tls_socket *socket = gt_ssl.BIO_get_data(bio);
    gt_ssl.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    ssize_t count = gt_tls_send(socket, bytes, size);
    if (count >= 0) {
        *written = (size_t)count;
        return 1;
    }
    socket->error = errno;
    if (may_retry(errno)) gt_ssl.BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
    return 0;
}

static void note_first(gt_tls_socket *socket, const char *bytes) {
    if (socket->has_first) return;
    socket->has_first = 1;
    socket->first = (unsigned char)bytes[0];
}

static int read_some(BIO *bio, char *bytes, size_t capacity, size_t *got) {
    gt_tls_socket *socket = gt_ssl.BIO_get_data(bio);
    gt_ssl.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    if (socket->is_drained && socket->is_ours) {
        gt_ssl.BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
        return 0;
    }
    ssize_t count;
    do count = recv(socket->descriptor, bytes, capacity, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
        note_first(socket, bytes);
        socket->is_drained = (size_t)count < capacity;
        *got = (size_t)count;
        return 1;
    }
    if (count == 0) {
        socket->is_at_end = 1;
    } else {
        socket->error = errno;
        socket->is_drained = may_retry(errno);
        if (socket->is_drained) gt_ssl.BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    }
    return 0;
}

static long control(BIO *bio, int command, long number, void *pointer) {
    gt_tls_socket *socket = gt_ssl.BIO_get_data(bio);
    (void)number;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return socket->is_at_end;
    case BIO_C_GET_FD:
        if (pointer) *(int *)pointer = socket->descriptor;
        return socket->descriptor;
    default:
        return 0;
    }
}

static int create(BIO *bio) {
    gt_tls_socket *socket = calloc(1, sizeof *socket);
    if (!socket) return 0;
    socket->descriptor = -1;
    gt_ssl.BIO_set_data(bio, socket);
    gt_ssl.BIO_set_init(bio, 1);
    return 1;
}

static int destroy(BIO *bio) {
    gt_tls_socket *socket = gt_ssl.BIO_get_data(bio);
    if (socket) free(socket->held);
    free(socket);
    return 1;
}

int gt_tls_make_socket_method(void) {
    int kind = gt_ssl.BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR;
    method = gt_ssl.BIO_meth_new(kind, "gtornado socket");
    return method && gt_ssl.BIO_meth_set_write_ex(method, write_some) && gt_ssl.BIO_meth_set_read_ex(method, read_some)
        && gt_ssl.BIO_meth_set_ctrl(method, control) && gt_ssl.BIO_meth_set_create(method, create)
        && gt_ssl.BIO_meth_set_destroy(method, destroy);
}

gt_tls_socket *gt_tls_attach(SSL *ssl, int descriptor) {
    BIO *bio = gt_ssl.BIO_new(method);
    if (!bio) return NULL;
    gt_tls_socket *socket = gt_ssl.BIO_get_data(bio);
    socket->descriptor = descriptor;
    socket->is_ours = 1;
    gt_ssl.SSL_set_bio(ssl, bio, bio);
    return socket;
}
