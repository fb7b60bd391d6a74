/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Sessions: handshake, bytes in, bytes out, the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"
#include "sessions.h"

int gt_tls_is_address(const char *host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* "example.com." is "example.com", "[::1]" and "::1%eth0" are "::1". */
static char *bare(const char *host) {
    size_t size = strlen(host);
    if (size > 1 && host[0] == '[' && host[size - 1] == ']') {
        host++;
        size -= 2;
    }
    const char *zone = memchr(host, '%', size);
    if (zone && memchr(host, ':', size)) size = (size_t)(zone - host);
    if (size > 1 && host[size - 1] == '.') size--;
    return strndup(host, size);
}

/* Whom a client wants: SNI, and what the certificate must be for. */
static int want_host(gt_tls *tls, const gt_tls_rules *rules, const char *host) {
    tls->host = bare(host);
    if (!tls->host) return 0;
    int is_address = gt_tls_is_address(tls->host);
    if (!is_address
        && gt_ssl.SSL_ctrl(tls->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, tls->host) != 1)
        return 0;
    if (!rules || !rules->checks_host) return 1;
    gt_ssl.SSL_set_hostflags(tls->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address) return gt_ssl.X509_VERIFY_PARAM_set1_ip_asc(gt_ssl.SSL_get0_param(tls->ssl), tls->host);
    return gt_ssl.SSL_set1_host(tls->ssl, tls->host);
}

static int prepare(gt_tls *tls, gt_tls_context *context, int descriptor, const char *host) {
    SSL_CTX *inner = gt_tls_context_inner(context);
    const gt_tls_rules *rules = gt_tls_rules_of(inner);
    tls->ssl = gt_ssl.SSL_new(inner);
    gt_ssl.SSL_CTX_free(inner);
    if (!tls->ssl) return ENOMEM;
    tls->socket = gt_tls_attach(tls->ssl, descriptor);
    if (!tls->socket) return ENOMEM;
    tls->in_handshake = 1;
    if (rules->side == GT_TLS_SERVER) {
        gt_ssl.SSL_set_accept_state(tls->ssl);
        return 0;
    }
    gt_ssl.SSL_set_connect_state(tls->ssl);
    /* Without a name any trusted certificate would do, whoever's it is. */
    if (!host) return rules->checks_host ? EINVAL : 0;
    return want_host(tls, rules, host) ? 0 : EINVAL;
}

gt_tls *gt_tls_new(gt_tls_context *context, int descriptor, const char *host) {
    gt_tls *tls = calloc(1, sizeof *tls);
    int code = tls ? prepare(tls, context, descriptor, host) : ENOMEM;
    if (!code) return tls;
    if (tls) gt_tls_free(tls);
    gt_ssl.ERR_clear_error();
    errno = code;
    return NULL;
}

static void free_own(gt_tls *tls) {
    free(tls->host);
    free(tls->failure);
    free(tls->alpn);
    free(tls);
}

void gt_tls_free(gt_tls *tls) {
    if (!tls) return;
    if (tls->ssl) {
        /* OpenSSL forgets sessions that end without the word, and many peers end so. */
        if (!tls->is_broken) gt_ssl.SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        /* It may be the word of why the session failed. */
        if (tls->socket) gt_tls_send_held(tls->socket);
        gt_ssl.SSL_free(tls->ssl);
    }
    free_own(tls);
}

gt_tls *gt_tls_adopt(void *given) {
    SSL *ssl = given;
    int descriptor = gt_openssl_load(NULL, 0) ? gt_ssl.SSL_get_fd(ssl) : -1;
    gt_tls *tls = descriptor >= 0 ? calloc(1, sizeof *tls) : NULL;
    if (tls) tls->socket = gt_tls_attach(ssl, descriptor);
    if (!tls || !tls->socket) {
        free(tls);
        errno = descriptor < 0 ? EBADF : ENOMEM;
        return NULL;
    }
    tls->ssl = ssl;
    tls->in_handshake = gt_ssl.SSL_in_init(ssl) != 0;
    gt_ssl.SSL_ctrl(ssl, SSL_CTRL_MODE,
                    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS,
NULL);
    gt_ssl.SSL_set_read_ahead(ssl, 1);
    return tls;
}

void gt_tls_discard(void *ssl) {
    if (gt_openssl_load(NULL, 0)) gt_ssl.SSL_free(ssl);
}

int gt_tls_is_by(const void *function) {
    return gt_openssl_load(NULL, 0) && function == (const void *)gt_ssl.SSL_new;
}

void *gt_tls_give_up(gt_tls *tls) {
    SSL *ssl = tls->ssl;
    if (tls->socket) {
        gt_tls_send_held(tls->socket);
        tls->socket->is_ours = 0;
    }
    free_own(tls);
    return ssl;
}

gt_tls *gt_tls_borrow(void *ssl) {
    gt_tls *tls = gt_openssl_load(NULL, 0) ? calloc(1, sizeof *tls) : NULL;
    if (tls) tls->ssl = ssl;
    return tls;
}

/* Every call begins with this: errors of others on this thread are not ours. */
static void begin(gt_tls *tls) {
    gt_ssl.ERR_clear_error();
    tls->socket->is_drained = 0;
    tls->socket->error = 0;
}

/* A resumed session was verified by whoever began it, perhaps by one who takes anything. */
static int is_trusted(gt_tls *tls) {
    if (gt_ssl.SSL_is_server(tls->ssl) || !gt_ssl.SSL_session_reused(tls->ssl)) return 1;
    return gt_ssl.SSL_get_verify_mode(tls->ssl) == SSL_VERIFY_NONE
|| gt_ssl.SSL_get_verify_result(tls->ssl) == X509_V_OK;
}

int gt_tls_handshake(gt_tls *tls) {
    begin(tls);
    tls->is_starved = 0;
    int result = gt_ssl.SSL_do_handshake(tls->ssl);
    if (result != 1) {
        int code = gt_tls_outcome(tls, result);
        if (code != GT_TLS_WANT_READ && code != GT_TLS_WANT_WRITE) gt_tls_send_held(tls->socket);
        if (code) return code;
        gt_tls_note(tls, "the peer closed the connection during the handshake");
        tls->is_broken = 1;
        return -ECONNRESET;
    }
    if (!is_trusted(tls)) {
        tls->is_broken = tls->is_certificate_error = 1;
        gt_tls_note(tls, "certificate verify failed: the session resumed was begun without verification");
        return -EPROTO;
    }
    tls->in_handshake = 0;
    return 0;
}

ssize_t gt_tls_read(gt_tls *tls, void *buffer, size_t capacity) {
    if (tls->has_later) {
        /* The end stays the end. */
        tls->has_later = tls->later == 0;
        return tls->later;
    }
    begin(tls);
    tls->is_starved = 0;
    size_t total = 0;
    do {
        size_t count = 0;
        int result = gt_ssl.SSL_read_ex(tls->ssl, (char *)buffer + total, capacity - total, &count);
        if (result == 1) {
            total += count;
            continue;
        }
        int code = gt_tls_outcome(tls, result);
        int must_wait = code == GT_TLS_WANT_READ || code == GT_TLS_WANT_WRITE;
        if (must_wait) tls->is_starved = 1;
        if (total == 0) return code;
        if (!must_wait) {
            tls->later = code;
            tls->has_later = 1;
        }
        break;
    } while (total < capacity && gt_ssl.SSL_has_pending(tls->ssl));
    return (ssize_t)total;
}

size_t gt_tls_pending(gt_tls *tls) {
    if (tls->has_later) return 1;
    int count = gt_ssl.SSL_pending(tls->ssl);
    if (count > 0) return (size_t)count;
    return !tls->is_starved && gt_ssl.SSL_has_pending(tls->ssl);
}

ssize_t gt_tls_write(gt_tls *tls, const void *bytes, size_t size) {
    /* After a failure, also of a read, there is no session to write to; the words of it stay. */
    if (tls->is_broken) return -EPIPE;
    size_t total = 0;
    begin(tls);
    while (total < size) {
        size_t count = 0;
        int result = gt_ssl.SSL_write_ex(tls->ssl, (const char *)bytes + total, size - total, &count);
        if (result != 1) {
            int code = gt_tls_outcome(tls, result);
            if (total > 0) break;
            return code ? code : -EPIPE;
        }
        total += count;
    }
    return (ssize_t)total;
}

int gt_tls_shutdown(gt_tls *tls) {
    if (tls->is_broken || gt_ssl.SSL_in_init(tls->ssl)) return 0;
    /* Another call would wait for the peer's own. */
    if (!tls->has_said_end) {
        begin(tls);
        int result = gt_ssl.SSL_shutdown(tls->ssl);
        if (result < 0) {
            tls->socket->is_gathering = 0;
            return gt_tls_outcome(tls, result);
        }
        tls->has_said_end = 1;
    }
    return gt_tls_send_held(tls->socket);
}
