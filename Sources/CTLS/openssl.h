/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * OpenSSL's functions as a table: the library is loaded when TLS is first asked for.
 *
 * Macros of OpenSSL's headers that stand for these functions cannot be used: they would ask the linker for them.
 */
#ifndef GT_OPENSSL_H
#define GT_OPENSSL_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stddef.h>

#define GT_OPENSSL_FUNCTIONS(X)                                                                                       \
    X(OpenSSL_version) X(OPENSSL_sk_num) X(OPENSSL_sk_value) X(OPENSSL_cleanse) X(RAND_bytes)                         \
    X(CRYPTO_get_ex_new_index) X(ERR_clear_error) X(ERR_peek_error) X(ERR_peek_last_error)                            \
    X(ERR_reason_error_string) X(BIO_get_new_index) X(BIO_meth_new) X(BIO_meth_set_write_ex) X(BIO_meth_set_read_ex)  \
    X(BIO_meth_set_ctrl) X(BIO_meth_set_create) X(BIO_meth_set_destroy) X(BIO_new) X(BIO_free) X(BIO_set_data)        \
    X(BIO_get_data) X(BIO_set_init) X(BIO_set_flags) X(BIO_clear_flags) X(BIO_s_mem) X(BIO_write) X(BIO_read)         \
    X(BIO_ctrl) X(PEM_read_bio_X509) X(PEM_read_bio_X509_AUX) X(PEM_read_bio_PrivateKey) X(PEM_read_bio_X509_CRL)     \
    X(X509_free) X(X509_CRL_free) X(EVP_PKEY_free) X(X509_check_private_key) X(X509_get_ext_d2i)                      \
    X(GENERAL_NAMES_free) X(X509_get_subject_name) X(X509_NAME_get_text_by_NID) X(X509_NAME_print_ex) X(i2d_X509)     \
    X(ASN1_STRING_get0_data) X(ASN1_STRING_length) X(X509_verify_cert_error_string) X(X509_STORE_new)                 \
    X(X509_STORE_free) X(X509_STORE_load_file) X(X509_STORE_load_path) X(X509_STORE_set_default_paths)                \
    X(X509_STORE_add_crl) X(X509_STORE_set_flags) X(X509_VERIFY_PARAM_set1_ip_asc) X(TLS_client_method)               \
    X(TLS_server_method) X(SSL_CTX_new) X(SSL_CTX_free) X(SSL_CTX_up_ref) X(SSL_CTX_ctrl) X(SSL_CTX_callback_ctrl)    \
    X(SSL_CTX_set_options) X(SSL_CTX_set_cipher_list) X(SSL_CTX_set_ciphersuites) X(SSL_CTX_use_certificate)          \
    X(SSL_CTX_use_PrivateKey) X(SSL_CTX_set_verify) X(SSL_CTX_set1_cert_store) X(SSL_CTX_set_client_CA_list)          \
    X(SSL_load_client_CA_file) X(SSL_CTX_set_ex_data) X(SSL_CTX_get_ex_data) X(SSL_CTX_set_alpn_protos)               \
    X(SSL_CTX_set_alpn_select_cb) X(SSL_CTX_set_session_id_context) X(SSL_CTX_set_num_tickets) X(SSL_set_SSL_CTX)     \
    X(SSL_new) X(SSL_free) X(SSL_get_SSL_CTX) X(SSL_set_bio) X(SSL_get_fd) X(SSL_ctrl) X(SSL_set_read_ahead)          \
    X(SSL_set_accept_state) X(SSL_set_connect_state) X(SSL_do_handshake) X(SSL_read_ex) X(SSL_write_ex)               \
    X(SSL_shutdown) X(SSL_set_shutdown) X(SSL_pending) X(SSL_has_pending) X(SSL_get_error)        \
    X(SSL_get_verify_result) X(SSL_get_verify_mode) X(SSL_in_init) X(SSL_is_server) X(SSL_set1_host)                  \
    X(SSL_set_hostflags) X(SSL_get0_param) X(SSL_get_version) X(SSL_get_current_cipher) X(SSL_CIPHER_get_name)        \
    X(SSL_get0_alpn_selected) X(SSL_get_servername) X(SSL_session_reused) X(SSL_get0_peer_certificate)                \
    X(SSL_alert_desc_string_long) X(SSL_get1_session) X(SSL_set_session) X(SSL_SESSION_free)                          \
    X(SSL_SESSION_is_resumable) X(SSL_SESSION_get0_hostname)

#define GT_OPENSSL_MEMBER(name) __typeof__(name) *name;

#pragma GCC visibility push(hidden)

/* Valid once gt_openssl_load() has said so. */
extern struct gt_openssl {
    GT_OPENSSL_FUNCTIONS(GT_OPENSSL_MEMBER)
} gt_ssl;

/* 1; or 0 with why in `error`: no such library, or one too old. */
int gt_openssl_load(char *error, size_t capacity);

#pragma GCC visibility pop

#endif
