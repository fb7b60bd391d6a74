/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * One's own certificate, its chain and its key.
 */
#include <errno.h>
#include <string.h>

#include "contexts.h"

typedef struct {
    const char *password;
    int was_asked;
} password_source;

/* Without a callback OpenSSL would ask at the terminal. */
static int give_password(char *buffer, int capacity, int is_writing, void *context) {
    password_source *source = context;
    (void)is_writing;
    source->was_asked = 1;
    size_t size = source->password ? strlen(source->password) : 0;
    if (size == 0 || size > (size_t)capacity) return -1;
    memcpy(buffer, source->password, size);
    return (int)size;
}

static int read_leaf(BIO *file, const char *path, X509 **leaf, gt_tls_complaint complaint) {
    password_source none = {NULL, 0};
    gt_ssl.ERR_clear_error();
    *leaf = gt_ssl.PEM_read_bio_X509_AUX(file, NULL, give_password, &none);
    if (*leaf) return 0;
    return gt_tls_complain(complaint, EINVAL,
                           "the certificate %s cannot be used: it is no certificate in PEM form (%s)", path,
                           gt_tls_reason());
}

int gt_tls_first_certificate(const char *path, X509 **certificate, gt_tls_complaint complaint) {
    BIO *file;
    int code = gt_tls_open(path, "the certificate", &file, complaint);
    if (code) return code;
    code = read_leaf(file, path, certificate, complaint);
    gt_ssl.BIO_free(file);
    return code;
}

/* The certificates behind the first. The last try fails where the file has ended. */
static int add_chain(SSL_CTX *context, BIO *file, const char *path, gt_tls_complaint complaint) {
    password_source none = {NULL, 0};
    X509 *next;
    while ((next = gt_ssl.PEM_read_bio_X509(file, NULL, give_password, &none))) {
        if (gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 0, next) == 1) continue;
        gt_ssl.X509_free(next);
        return gt_tls_complain(complaint, EINVAL, "the chain in the certificate %s cannot be used: %s", path,
                               gt_tls_reason());
    }
    int is_end = ERR_GET_REASON(gt_ssl.ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!is_end)
        return gt_tls_complain(complaint, EINVAL, "the chain in the certificate %s cannot be read: %s", path,
                               gt_tls_reason());
    gt_ssl.ERR_clear_error();
    return 0;
}

static int key_failure(const char *path, password_source source, gt_tls_complaint complaint) {
    if (!source.was_asked)
        return gt_tls_complain(complaint, EINVAL, "the key %s cannot be used: it is no private key in PEM form (%s)",
                               path, gt_tls_reason());
    if (!source.password)
        return gt_tls_complain(complaint, EINVAL, "the key %s is encrypted, and no password was given", path);
    return gt_tls_complain(complaint, EINVAL, "the key %s cannot be decrypted: the password is wrong (%s)", path,
                           gt_tls_reason());
}

static int read_key(const char *path, const char *password, EVP_PKEY **key, gt_tls_complaint complaint) {
    BIO *file;
    int code = gt_tls_open(path, "the key", &file, complaint);
    if (code) return code;
    password_source source = {password, 0};
    gt_ssl.ERR_clear_error();
    *key = gt_ssl.PEM_read_bio_PrivateKey(file, NULL, give_password, &source);
    gt_ssl.BIO_free(file);
    return *key ? 0 : key_failure(path, source, complaint);
}

static int use_key(SSL_CTX *context, X509 *leaf, const gt_tls_certificate *certificate, gt_tls_complaint complaint) {
    const char *path = certificate->key_file ? certificate->key_file : certificate->certificate_file;
    EVP_PKEY *key;
    int code = read_key(path, certificate->password, &key, complaint);
    if (code) return code;
    if (gt_ssl.X509_check_private_key(leaf, key) != 1)
        code = gt_tls_complain(complaint, EINVAL, "the key %s does not belong to the certificate %s", path,
                               certificate->certificate_file);
    else if (gt_ssl.SSL_CTX_use_PrivateKey(context, key) != 1)
        code = gt_tls_complain(complaint, EINVAL, "the key %s cannot be used: %s", path, gt_tls_reason());
    gt_ssl.EVP_PKEY_free(key);
    return code;
}

int gt_tls_set_certificate(SSL_CTX *context, const gt_tls_certificate *certificate, gt_tls_complaint complaint) {
    const char *path = certificate->certificate_file;
    if (!path) return gt_tls_complain(complaint, EINVAL, "a certificate was named without its file");
    BIO *file;
    int code = gt_tls_open(path, "the certificate", &file, complaint);
    if (code) return code;
    X509 *leaf = NULL;
    code = read_leaf(file, path, &leaf, complaint);
    if (!code && gt_ssl.SSL_CTX_use_certificate(context, leaf) != 1)
        code = gt_tls_complain(complaint, EINVAL, "the certificate %s cannot be used: %s", path, gt_tls_reason());
    if (!code) code = add_chain(context, file, path, complaint);
    if (!code) code = use_key(context, leaf, certificate, complaint);
    gt_ssl.X509_free(leaf);
    gt_ssl.BIO_free(file);
    return code;
}
