/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A session: what its files share.
 */
#ifndef GT_SESSIONS_H
#define GT_SESSIONS_H

#include "CTLS.h"
#include "openssl.h"

#pragma GCC visibility push(hidden)

/* A socket as OpenSSL sees it. Owned by its BIO. */
typedef struct gt_tls_socket {
    int descriptor;
    /* errno of the last failure. */
    int error;
    /* The last read got less than it asked for, so that another would get nothing; forgotten with every new call. */
    unsigned char is_drained;
    /* Whether to believe is_drained: not in the hands of others. */
    unsigned char is_ours;
    unsigned char is_at_end;
    /* The first byte that came, which tells what the peer speaks. */
    unsigned char has_first;
    unsigned char first;
    /* Whether to keep what is written until gt_tls_flush(). */
    unsigned char is_gathering;
    /* What the kernel is still to get, before anything else; owned. */
    char *held;
    size_t held_count;
} gt_tls_socket;

struct gt_tls {
    SSL *ssl;
    gt_tls_socket *socket;
    /* Whom a client wants, for the words of a failure. */
    char *host;
    char *failure;
    char *alpn;
    /* What read() found behind bytes that it returned, and says next time. */
    int later;
    unsigned char has_later;
    /* The last read got all there was. */
    unsigned char is_starved;
    /* No more may be written: not even the end. */
    unsigned char is_broken;
    unsigned char has_said_end;
    unsigned char is_certificate_error;
    unsigned char in_handshake;
};

/* Called once, while OpenSSL is loaded. 0 if there is no memory. */
int gt_tls_make_socket_method(void);
/* Gives `ssl` a BIO of this copy of the code; null if there is no memory. */
gt_tls_socket *gt_tls_attach(SSL *ssl, int descriptor);

/* Like send(2), behind what is held; takes at least one byte or fails. */
ssize_t gt_tls_send(gt_tls_socket *socket, const char *bytes, size_t size);

/* Sends what is held, and gathers no more: 0, GT_TLS_WANT_WRITE, or a negative errno value. */
int gt_tls_send_held(gt_tls_socket *socket);

/* What a call that returned `result` comes to: a WANT, 0 at the end, or a negative errno value, its words noted. */
int gt_tls_outcome(gt_tls *tls, int result);
void gt_tls_note(gt_tls *tls, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether `host` is an address, and so no name for SNI. */
int gt_tls_is_address(const char *host);

#pragma GCC visibility pop

#endif
