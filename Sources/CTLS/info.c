/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a handshake has agreed upon, and who the peer is.
 */
#include <stdlib.h>
#include <string.h>

#include "sessions.h"

const char *gt_tls_protocol(gt_tls *tls) { return gt_ssl.SSL_get_version(tls->ssl); }

const char *gt_tls_cipher(gt_tls *tls) {
    const SSL_CIPHER *cipher = gt_ssl.SSL_get_current_cipher(tls->ssl);
    return cipher ? gt_ssl.SSL_CIPHER_get_name(cipher) : "";
}

const char *gt_tls_alpn(gt_tls *tls) {
    if (tls->alpn) return tls->alpn;
    const unsigned char *name = NULL;
    unsigned size = 0;
    gt_ssl.SSL_get0_alpn_selected(tls->ssl, &name, &size);
    if (size) tls->alpn = strndup((const char *)name, size);
    return tls->alpn ? tls->alpn : "";
}

const char *gt_tls_server_name(gt_tls *tls) {
    const char *name = gt_ssl.SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
}

int gt_tls_was_resumed(gt_tls *tls) { return gt_ssl.SSL_session_reused(tls->ssl) != 0; }

size_t gt_tls_peer_certificate(gt_tls *tls, uint8_t *bytes, size_t capacity) {
    X509 *certificate = gt_ssl.SSL_get0_peer_certificate(tls->ssl);
    int size = certificate ? gt_ssl.i2d_X509(certificate, NULL) : 0;
    if (size <= 0) return 0;
    if (bytes && (size_t)size <= capacity) {
        unsigned char *at = bytes;
        gt_ssl.i2d_X509(certificate, &at);
    }
    return (size_t)size;
}

/* As RFC 2253 has it, with a space behind commas, and text outside ASCII as it is. */
static const unsigned long subject_form = (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC
    | XN_FLAG_DN_REV | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS;

size_t gt_tls_peer_subject(gt_tls *tls, char *text, size_t capacity) {
    X509 *certificate = gt_ssl.SSL_get0_peer_certificate(tls->ssl);
    BIO *line = certificate ? gt_ssl.BIO_new(gt_ssl.BIO_s_mem()) : NULL;
    if (!line) return 0;
    int size = gt_ssl.X509_NAME_print_ex(line, gt_ssl.X509_get_subject_name(certificate), 0, subject_form);
    if (size > 0 && text && (size_t)size < capacity) text[gt_ssl.BIO_read(line, text, size)] = 0;
    gt_ssl.BIO_free(line);
    return size > 0 ? (size_t)size : 0;
}
