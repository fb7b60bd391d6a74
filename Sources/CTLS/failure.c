/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Why a session's call failed, as a sentence.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sessions.h"

void gt_tls_note(gt_tls *tls, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    free(tls->failure);
    tls->failure = strdup(text);
}

const char *gt_tls_error(gt_tls *tls) { return tls->failure ? tls->failure : ""; }

int gt_tls_is_certificate_error(gt_tls *tls) { return tls->is_certificate_error; }

int gt_tls_spoke_http(gt_tls *tls) {
    const gt_tls_socket *socket = tls->socket;
    return tls->in_handshake && tls->is_broken && socket->has_first && socket->first >= 'A' && socket->first <= 'Z';
}

static void note_certificate(gt_tls *tls) {
    tls->is_certificate_error = 1;
    long result = gt_ssl.SSL_get_verify_result(tls->ssl);
    int is_name = result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH;
    if (is_name && tls->host)
        gt_tls_note(tls, "certificate verify failed: %s: it is not for %s",
                    gt_ssl.X509_verify_cert_error_string(result), tls->host);
    else
        gt_tls_note(tls, "certificate verify failed: %s", gt_ssl.X509_verify_cert_error_string(result));
}

static int note_protocol(gt_tls *tls) {
    unsigned long error = gt_ssl.ERR_peek_error();
    int reason = ERR_GET_REASON(error);
    int is_ssl = ERR_GET_LIB(error) == ERR_LIB_SSL;
    tls->is_broken = 1;
    if (is_ssl && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        gt_tls_note(tls, tls->in_handshake ? "the peer closed the connection during the handshake"
                                           : "the peer closed the connection without TLS's own word for it");
        return -ECONNRESET;
    }
    if (is_ssl && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        note_certificate(tls);
    } else if (is_ssl && reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
        gt_tls_note(tls, "the peer refused: %s", gt_ssl.SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
    } else {
        tls->is_certificate_error = is_ssl && reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
        const char *text = gt_ssl.ERR_reason_error_string(error);
        gt_tls_note(tls, "%s", text ? text : "OpenSSL does not say why");
    }
    return -EPROTO;
}

int gt_tls_outcome(gt_tls *tls, int result) {
    int code;
    switch (gt_ssl.SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return GT_TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return GT_TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        tls->is_broken = 1;
        code = tls->socket->error ? tls->socket->error : ECONNRESET;
        gt_tls_note(tls, "%s", strerror(code));
        return -code;
    default:
        code = note_protocol(tls);
        gt_ssl.ERR_clear_error();
        return code;
    }
}
