/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Contexts: settings as OpenSSL's SSL_CTX, which a reload exchanges.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

struct gt_tls_context {
    atomic_int references;
    int side;
    /* Of what follows, which other threads may exchange; not held while anything is done with `inner`. */
    pthread_mutex_t lock;
    SSL_CTX *inner;
    gt_tls_keys keys;
    /* What `inner` was made by. */
    gt_tls_settings *settings;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int rules_index;

static void free_rules(void *parent, void *object, CRYPTO_EX_DATA *data, int index, long argument, void *pointer) {
    (void)parent, (void)data, (void)index, (void)argument, (void)pointer;
    gt_tls_rules *rules = object;
    if (!rules) return;
    for (size_t i = 0; i < rules->name_count; i++) free(rules->names[i].name);
    for (size_t i = 0; i < rules->other_count; i++) gt_ssl.SSL_CTX_free(rules->others[i]);
    free(rules->names);
    free(rules->others);
    free(rules->protocols);
    free(rules);
}

static void make_index(void) {
    rules_index = gt_ssl.CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, NULL, NULL, NULL, free_rules);
}

gt_tls_rules *gt_tls_rules_of(SSL_CTX *context) { return gt_ssl.SSL_CTX_get_ex_data(context, rules_index); }

static const char *version_text(uint16_t version) { return version == TLS1_3_VERSION ? "1.3" : "1.2"; }

static int set_versions(SSL_CTX *context, const gt_tls_settings *settings, gt_tls_complaint complaint) {
    uint16_t least = settings->min_version ? settings->min_version : TLS1_2_VERSION;
    uint16_t most = settings->max_version;
    if ((least != TLS1_2_VERSION && least != TLS1_3_VERSION)
        || (most && most != TLS1_2_VERSION && most != TLS1_3_VERSION))
        return gt_tls_complain(complaint, EINVAL, "TLS has to be 1.2 (0x0303) or 1.3 (0x0304), not 0x%04x to 0x%04x",
                               least, most);
    if (most && most < least)
        return gt_tls_complain(complaint, EINVAL, "the newest TLS to speak, %s, is older than the oldest, %s",
                               version_text(most), version_text(least));
    int is_set = gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, least, NULL) == 1
        && gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, most, NULL) == 1;
    return is_set ? 0 : gt_tls_complain(complaint, EINVAL, "this OpenSSL cannot speak TLS %s", version_text(least));
}

static int set_ciphers(SSL_CTX *context, const gt_tls_settings *settings, gt_tls_complaint complaint) {
    if (settings->ciphers && gt_ssl.SSL_CTX_set_cipher_list(context, settings->ciphers) != 1)
        return gt_tls_complain(complaint, EINVAL, "the ciphers \"%s\" cannot be used: %s", settings->ciphers,
                               gt_tls_reason());
    if (settings->ciphersuites && gt_ssl.SSL_CTX_set_ciphersuites(context, settings->ciphersuites) != 1)
        return gt_tls_complain(complaint, EINVAL, "the cipher suites \"%s\" cannot be used: %s", settings->ciphersuites,
                               gt_tls_reason());
    return 0;
}

/* A context with all but certificates and names. */
static int make_plain(const gt_tls_settings *settings, gt_tls_rules *rules, X509_STORE *store, const gt_tls_keys *keys,
                      SSL_CTX **made, gt_tls_complaint complaint) {
    gt_ssl.ERR_clear_error();
    int is_server = rules->side == GT_TLS_SERVER;
    SSL_CTX *context = gt_ssl.SSL_CTX_new(is_server ? gt_ssl.TLS_server_method() : gt_ssl.TLS_client_method());
    if (!context) return gt_tls_complain(complaint, ENOMEM, "OpenSSL cannot make a context: %s", gt_tls_reason());
    *made = context;
    gt_ssl.SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
                               | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_MODE,
                        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
| SSL_MODE_RELEASE_BUFFERS, NULL);
    gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, NULL);
    gt_tls_set_resumption(context, settings, rules, keys);
    int code = set_versions(context, settings, complaint);
    if (!code) code = set_ciphers(context, settings, complaint);
    if (!code) code = gt_tls_set_verification(context, rules->side, settings, store, complaint);
    if (!code && (code = gt_tls_set_protocols(context, rules))) gt_tls_complain(complaint, -code, "no memory for ALPN");
    return code;
}

static int add_server_names(gt_tls_rules *rules, SSL_CTX *context, const gt_tls_certificate *certificate,
                            gt_tls_complaint complaint) {
    if (rules->side != GT_TLS_SERVER) return 0;
    X509 *leaf = NULL;
    int code = gt_tls_first_certificate(certificate->certificate_file, &leaf, complaint);
    if (!code) code = gt_tls_add_names(rules, context, certificate->host, leaf, complaint);
    gt_ssl.X509_free(leaf);
    return code;
}

/* The contexts of the second certificate on. */
static int add_others(const gt_tls_settings *settings, gt_tls_rules *rules, X509_STORE *store, const gt_tls_keys *keys,
                      gt_tls_complaint complaint) {
    if (settings->certificate_count < 2) return 0;
    if (rules->side != GT_TLS_SERVER) return gt_tls_complain(complaint, EINVAL, "a client has one certificate at most");
    rules->others = calloc(settings->certificate_count - 1, sizeof *rules->others);
    if (!rules->others) return gt_tls_complain(complaint, ENOMEM, "no memory for certificates");
    for (size_t i = 1; i < settings->certificate_count; i++) {
        SSL_CTX *context = NULL;
        int code = make_plain(settings, rules, store, keys, &context, complaint);
        if (context) rules->others[rules->other_count++] = context;
        if (!code) code = gt_tls_set_certificate(context, &settings->certificates[i], complaint);
        if (!code) code = add_server_names(rules, context, &settings->certificates[i], complaint);
        if (code) return code;
    }
    return 0;
}

static int make_whole(const gt_tls_settings *settings, gt_tls_rules *rules, X509_STORE *store, const gt_tls_keys *keys,
                      SSL_CTX **made, gt_tls_complaint complaint) {
    int code = gt_tls_read_protocols(rules, settings->alpn, complaint);
    if (!code) code = make_plain(settings, rules, store, keys, made, complaint);
    if (!*made || gt_ssl.SSL_CTX_set_ex_data(*made, rules_index, rules) != 1) {
        free_rules(NULL, rules, NULL, 0, 0, NULL);
        return code ? code : gt_tls_complain(complaint, ENOMEM, "no memory for a context");
    }
    if (!code && settings->certificate_count) {
        code = gt_tls_set_certificate(*made, &settings->certificates[0], complaint);
        if (!code) code = add_server_names(rules, *made, &settings->certificates[0], complaint);
        if (!code) code = add_others(settings, rules, store, keys, complaint);
    }
    if (!code && rules->side == GT_TLS_SERVER) gt_tls_set_server_names(*made, rules);
    return code;
}

static int refuse_size(const gt_tls_settings *settings, gt_tls_complaint complaint) {
    return gt_tls_complain(complaint, EINVAL, "settings for TLS of %u bytes are too few", settings->size);
}

static int make_inner(int side, const gt_tls_settings *settings, const gt_tls_keys *keys, SSL_CTX **made,
                      gt_tls_complaint complaint) {
    *made = NULL;
    if (settings->size < sizeof *settings) return refuse_size(settings, complaint);
    if (side == GT_TLS_SERVER && !settings->certificate_count)
        return gt_tls_complain(complaint, EINVAL, "a server that speaks TLS needs a certificate");
    X509_STORE *store;
    int code = gt_tls_make_store(settings, &store, complaint);
    if (code) return code;
    gt_tls_rules *rules = calloc(1, sizeof *rules);
    if (rules) {
        rules->side = side;
        rules->verifies = settings->verify != GT_TLS_VERIFY_NONE;
        rules->checks_host = rules->verifies && !settings->no_hostname_check;
        code = make_whole(settings, rules, store, keys, made, complaint);
    } else {
        code = gt_tls_complain(complaint, ENOMEM, "no memory for a context");
    }
    if (store) gt_ssl.X509_STORE_free(store);
    if (code && *made) {
        gt_ssl.SSL_CTX_free(*made);
        *made = NULL;
    }
    gt_ssl.ERR_clear_error();
    return code;
}

/* What make_inner() makes, and the settings to keep. */
static int make_both(int side, const gt_tls_settings *settings, const gt_tls_keys *keys, SSL_CTX **inner,
                     gt_tls_settings **kept, gt_tls_complaint complaint) {
    int code = make_inner(side, settings, keys, inner, complaint);
    if (code) return code;
    *kept = gt_tls_settings_copy(settings);
    if (*kept) return 0;
    gt_ssl.SSL_CTX_free(*inner);
    return gt_tls_complain(complaint, ENOMEM, "no memory for settings of TLS");
}

gt_tls_context *gt_tls_context_new(int side, const gt_tls_settings *settings, char *error, size_t capacity) {
    if (!gt_openssl_load(error, capacity)) {
        errno = ENOTSUP;
        return NULL;
    }
    pthread_once(&once, make_index);
    gt_tls_complaint complaint = {error, capacity};
    gt_tls_context *context = calloc(1, sizeof *context);
    int code = 0;
    if (!context || gt_ssl.RAND_bytes(context->keys.keys, GT_TLS_TICKET_KEYS) != 1)
        code = gt_tls_complain(complaint, ENOMEM, "no memory or no random numbers for TLS");
    if (!code) code = make_both(side, settings, &context->keys, &context->inner, &context->settings, complaint);
    if (code) {
        free(context);
        errno = -code;
        return NULL;
    }
    atomic_init(&context->references, 1);
    context->side = side;
    pthread_mutex_init(&context->lock, NULL);
    return context;
}

gt_tls_context *gt_tls_context_retain(gt_tls_context *context) {
    atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

void gt_tls_context_release(gt_tls_context *context) {
    if (!context || atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel) != 1) return;
    gt_ssl.SSL_CTX_free(context->inner);
    gt_tls_settings_free(context->settings);
    gt_ssl.OPENSSL_cleanse(&context->keys, sizeof context->keys);
    pthread_mutex_destroy(&context->lock);
    free(context);
}

void *gt_tls_context_native(gt_tls_context *context) {
    pthread_mutex_lock(&context->lock);
    SSL_CTX *inner = context->inner;
    pthread_mutex_unlock(&context->lock);
    return inner;
}

int gt_tls_context_reload(gt_tls_context *context, const gt_tls_settings *settings, char *error, size_t capacity) {
    gt_tls_complaint complaint = {error, capacity};
    if (settings && settings->size < sizeof *settings) return refuse_size(settings, complaint);
    pthread_mutex_lock(&context->lock);
    gt_tls_keys keys = context->keys;
    keys.generation = ++context->keys.generation;
    gt_tls_settings *source = gt_tls_settings_copy(settings ? settings : context->settings);
    pthread_mutex_unlock(&context->lock);
    if (!source) return gt_tls_complain(complaint, ENOMEM, "no memory for settings of TLS");
    SSL_CTX *inner;
    int code = make_inner(context->side, source, &keys, &inner, complaint);
    gt_ssl.OPENSSL_cleanse(&keys, sizeof keys);
    if (!code) {
        pthread_mutex_lock(&context->lock);
        SSL_CTX *old = context->inner;
        gt_tls_settings *before = context->settings;
        context->inner = inner;
        context->settings = source;
        pthread_mutex_unlock(&context->lock);
        gt_ssl.SSL_CTX_free(old);
        source = before;
    }
    gt_tls_settings_free(source);
    return code;
}

SSL_CTX *gt_tls_context_inner(gt_tls_context *context) {
    pthread_mutex_lock(&context->lock);
    SSL_CTX *inner = context->inner;
    gt_ssl.SSL_CTX_up_ref(inner);
    pthread_mutex_unlock(&context->lock);
    return inner;
}
