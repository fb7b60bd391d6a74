/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * TLS by the system's OpenSSL, as contexts and sessions over non-blocking sockets.
 *
 * OpenSSL is loaded when the first context is made, so that a program without TLS pays nothing for it. Nothing here
 * waits: a call that cannot go on says GT_TLS_WANT_READ or GT_TLS_WANT_WRITE. Other failures are negative errno
 * values, and gt_tls_error() has the words. SIGPIPE is never raised.
 */
#ifndef CTLS_H
#define CTLS_H

#include <gtornado.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

#ifdef __cplusplus
extern "C" {
#endif

/* What sessions share: certificates and settings. Any thread may use and release it; it lives until the last
 * session of it has ended too. */
typedef struct gt_tls_context gt_tls_context;
/* One connection. One thread at a time. It never closes its descriptor. */
typedef struct gt_tls gt_tls;

enum { GT_TLS_CLIENT = 0, GT_TLS_SERVER = 1 };

/* Answers of handshake, read, write and shutdown that cannot go on until the socket is readable or writable. */
enum { GT_TLS_WANT_READ = -100001, GT_TLS_WANT_WRITE = -100002 };

/* ----- contexts ----- */

/* A context by `settings` (gtornado.h), whose strings and files are read before it returns; null with why, a
 * sentence that names the file or setting, in `error`. */
gt_tls_context *gt_tls_context_new(int side, const gt_tls_settings *settings, char *error, size_t capacity);
gt_tls_context *gt_tls_context_retain(gt_tls_context *context);
void gt_tls_context_release(gt_tls_context *context);
/* OpenSSL's SSL_CTX *, for libevent's bufferevents: it chooses certificates and protocols as sessions of this file
 * do. Ask for each connection anew, on the thread that reloads: a reload puts another in its place. */
void *gt_tls_context_native(gt_tls_context *context);
/* Puts what `settings` say in place of what the context has: sessions that begin from now on use it, the others go on.
 * Null: what was set last, its files read again.
 * Tickets given out before stay good, unless peers are verified: those show their certificates again. 0, or a negative
 * errno value with why in `error` and nothing changed. Any thread. */
int gt_tls_context_reload(gt_tls_context *context, const gt_tls_settings *settings, char *error, size_t capacity);
/* "OpenSSL 3.0.17 1 Jul 2025", or null if it can't be loaded (why in `error`). */
/* Whether `function`, another library's SSL_new(), is of the OpenSSL that contexts are made by. */
int gt_tls_is_by(const void *function);
const char *gt_tls_version(char *error, size_t capacity);

/* ----- sessions ----- */

/* A session over a connected socket. `host` is whom a client wants: sent as SNI unless it is an address, and
 * what the certificate must be for, where the context verifies; null for servers, and for clients that check
 * no name: else EINVAL. Null with errno set. */
gt_tls *gt_tls_new(gt_tls_context *context, int descriptor, const char *host);
/* Without a word to the peer. */
void gt_tls_free(gt_tls *tls);
/* Takes over OpenSSL's SSL * over a socket, of libevent or of another copy of this code in the process, and gives
 * one's own up to another; the session goes on where it was. Null with errno set. */
gt_tls *gt_tls_adopt(void *ssl);
void *gt_tls_give_up(gt_tls *tls);
/* Frees an SSL * that nobody adopts. */
void gt_tls_discard(void *ssl);
/* Looks at an SSL * that stays another's: only to ask what was agreed. Freed by gt_tls_give_up(). Null: no memory. */
gt_tls *gt_tls_borrow(void *ssl);

/* 0 once both sides are agreed. -EPROTO: it failed, for good; -ECONNRESET and its like as the system says. */
int gt_tls_handshake(gt_tls *tls);
/* Bytes read: all that has come, if they fit. 0 at the peer's proper end; a negative number else. -ECONNRESET also
 * where the end came without a word. */
ssize_t gt_tls_read(gt_tls *tls, void *buffer, size_t capacity);
/* Bytes taken, which may be fewer than `size`. After a WANT or fewer the next call must begin with the bytes that
 * were not taken, from any place, and have at least as many, or more than 16 KiB. */
ssize_t gt_tls_write(gt_tls *tls, const void *bytes, size_t size);
/* Keeps what the session sends, a few kilobytes at most, until gt_tls_flush() or gt_tls_shutdown(): a handshake's last
 * words, a short answer and the end then leave together. */
void gt_tls_gather(gt_tls *tls);
/* Sends what was kept. GT_TLS_WANT_WRITE: not all of it; call again, or write: what was kept goes first. */
int gt_tls_flush(gt_tls *tls);
/* Says the end to the peer. 0 once that has left, or where there is nobody to tell: before the handshake's end and
 * after a failure. It does not wait for the peer's own. */
int gt_tls_shutdown(gt_tls *tls);
/* Not 0 if read() would give bytes, the end or a failure without the socket: readiness does not tell of them. After
 * a read() that did not fill its buffer it is 0, unless the end or a failure came behind the bytes. */
size_t gt_tls_pending(gt_tls *tls);
/* Why the last call failed: "certificate verify failed: certificate has expired". Never null; valid until the next
 * call. */
const char *gt_tls_error(gt_tls *tls);
/* Whether the failure was about the peer's certificate. */
int gt_tls_is_certificate_error(gt_tls *tls);
/* Whether a handshake failed because the client speaks plain HTTP. Nothing was written. */
int gt_tls_spoke_http(gt_tls *tls);

/* ----- what was agreed, after the handshake; strings are valid while the session is ----- */

/* "TLSv1.3" */
const char *gt_tls_protocol(gt_tls *tls);
/* "TLS_AES_256_GCM_SHA384" */
const char *gt_tls_cipher(gt_tls *tls);
/* By ALPN; empty if none was. */
const char *gt_tls_alpn(gt_tls *tls);
/* What the client asked for by SNI; empty if nothing. */
const char *gt_tls_server_name(gt_tls *tls);
int gt_tls_was_resumed(gt_tls *tls);
/* The peer's certificate in DER: its size, written if it fits; 0 if there is none. */
size_t gt_tls_peer_certificate(gt_tls *tls, uint8_t *bytes, size_t capacity);
/* The peer's subject as "CN=…, O=…": its size, written with a NUL if it fits; 0 if there is none. */
size_t gt_tls_peer_subject(gt_tls *tls, char *text, size_t capacity);

/* ----- clients' resumption ----- */

/* What a later session with the same host may begin with; null if there is nothing. Freed by gt_tls_ticket_free().
 * TLS 1.3 servers send it after the handshake: ask when the connection is given back or closed. */
void *gt_tls_ticket(gt_tls *tls);
void gt_tls_ticket_free(void *ticket);
/* Before the handshake. The ticket stays the caller's. */
void gt_tls_use_ticket(gt_tls *tls, void *ticket);

/* ----- digests, by the same OpenSSL ----- */

enum { GT_TLS_MOST_DIGEST = 64 };

/* The digest of some bytes by the function that OpenSSL has under `name` ("MD5", "SHA256"), of GT_TLS_MOST_DIGEST bytes
 * at most: its size, or 0 with why in `error`. Any thread. */
size_t gt_tls_digest(const char *name, const void *bytes, size_t size, uint8_t *digest, char *error, size_t capacity);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop

#endif
