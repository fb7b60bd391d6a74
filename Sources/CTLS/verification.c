/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Whom to trust: authorities, revoked certificates, and what becomes of a peer's certificate.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "contexts.h"

static int add_authorities(X509_STORE *store, const char *path, gt_tls_complaint complaint) {
    BIO *file;
    int code = gt_tls_open(path, "the CA file", &file, complaint);
    if (code) return code;
    gt_ssl.BIO_free(file);
    gt_ssl.ERR_clear_error();
    if (gt_ssl.X509_STORE_load_file(store, path) == 1) return 0;
    return gt_tls_complain(complaint, EINVAL,
                           "the CA file %s cannot be used: it has no certificate in PEM form (%s)", path,
                           gt_tls_reason());
}

static int add_folder(X509_STORE *store, const char *path, gt_tls_complaint complaint) {
    struct stat info;
    if (stat(path, &info)) {
        int code = errno;
        return gt_tls_complain(complaint, code, "cannot read the CA folder %s: %s", path, strerror(code));
    }
    if (!S_ISDIR(info.st_mode)) return gt_tls_complain(complaint, ENOTDIR, "the CA folder %s is no folder", path);
    if (gt_ssl.X509_STORE_load_path(store, path) == 1) return 0;
    return gt_tls_complain(complaint, EINVAL, "the CA folder %s cannot be used: %s", path, gt_tls_reason());
}

static int add_revoked(X509_STORE *store, const char *path, gt_tls_complaint complaint) {
    BIO *file;
    int code = gt_tls_open(path, "the CRL file", &file, complaint);
    if (code) return code;
    size_t count = 0;
    X509_CRL *list;
    gt_ssl.ERR_clear_error();
    while (!code && (list = gt_ssl.PEM_read_bio_X509_CRL(file, NULL, NULL, NULL))) {
        if (gt_ssl.X509_STORE_add_crl(store, list) != 1)
            code = gt_tls_complain(complaint, EINVAL, "the CRL file %s cannot be used: %s", path, gt_tls_reason());
        gt_ssl.X509_CRL_free(list);
        count++;
    }
    gt_ssl.BIO_free(file);
    if (code) return code;
    int is_end = ERR_GET_REASON(gt_ssl.ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!count || !is_end)
        return gt_tls_complain(complaint, EINVAL, "the CRL file %s cannot be used: it has no list in PEM form (%s)",
                               path, gt_tls_reason());
    gt_ssl.ERR_clear_error();
    gt_ssl.X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return 0;
}

static int fill(X509_STORE *store, const gt_tls_settings *settings, gt_tls_complaint complaint) {
    int code = 0;
    if (settings->ca_file) code = add_authorities(store, settings->ca_file, complaint);
    if (!code && settings->ca_path) code = add_folder(store, settings->ca_path, complaint);
    if (!code && !settings->ca_file && !settings->ca_path && gt_ssl.X509_STORE_set_default_paths(store) != 1)
        code = gt_tls_complain(complaint, EINVAL, "the system's certificates cannot be read: %s", gt_tls_reason());
    if (!code && settings->crl_file) code = add_revoked(store, settings->crl_file, complaint);
    return code;
}

int gt_tls_make_store(const gt_tls_settings *settings, X509_STORE **store, gt_tls_complaint complaint) {
    *store = NULL;
    if (settings->verify > GT_TLS_VERIFY_REQUIRED)
        return gt_tls_complain(complaint, EINVAL, "verify is %u: it must be one of GT_TLS_VERIFY_...",
                               settings->verify);
    if (settings->verify == GT_TLS_VERIFY_NONE) return 0;
    *store = gt_ssl.X509_STORE_new();
    if (!*store) return gt_tls_complain(complaint, ENOMEM, "no memory for certificates to trust");
    int code = fill(*store, settings, complaint);
    if (!code) return 0;
    gt_ssl.X509_STORE_free(*store);
    *store = NULL;
    return code;
}

int gt_tls_set_verification(SSL_CTX *context, int side, const gt_tls_settings *settings, X509_STORE *store,
                            gt_tls_complaint complaint) {
    if (!store) {
        gt_ssl.SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        return 0;
    }
    int mode = SSL_VERIFY_PEER;
    if (settings->verify == GT_TLS_VERIFY_REQUIRED) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    gt_ssl.SSL_CTX_set_verify(context, mode, NULL);
    gt_ssl.SSL_CTX_set1_cert_store(context, store);
    if (side != GT_TLS_SERVER || !settings->ca_file) return 0;
    /* Clients with several certificates choose by this list. */
    STACK_OF(X509_NAME) *authorities = gt_ssl.SSL_load_client_CA_file(settings->ca_file);
    if (!authorities)
        return gt_tls_complain(complaint, EINVAL, "the CA file %s cannot be used: %s", settings->ca_file,
                               gt_tls_reason());
    gt_ssl.SSL_CTX_set_client_CA_list(context, authorities);
    return 0;
}
