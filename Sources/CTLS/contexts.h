/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A context: what its file and those of its parts share.
 */
#ifndef GT_CONTEXTS_H
#define GT_CONTEXTS_H

#include "CTLS.h"
#include "openssl.h"

#pragma GCC visibility push(hidden)

/* Where a sentence about a failure goes. */
typedef struct gt_tls_complaint {
    char *text;
    size_t capacity;
} gt_tls_complaint;

/* Writes the sentence and returns -code. */
int gt_tls_complain(gt_tls_complaint complaint, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What OpenSSL says about its last failure. */
const char *gt_tls_reason(void);

/* A name that clients ask for by SNI, lower case, and who answers to it. */
typedef struct gt_tls_name {
    char *name;
    SSL_CTX *context;
    /* Of two certificates for one name the first wins. */
    size_t order;
} gt_tls_name;

/* What the callbacks of an SSL_CTX need: made with it and freed with it. */
typedef struct gt_tls_rules {
    int side;
    int verifies;
    int checks_host;
    gt_tls_name *names;
    size_t name_count;
    /* Those of the second certificate on; the first one's is whom these rules belong to. */
    SSL_CTX **others;
    size_t other_count;
    /* As ALPN writes them: a byte of length before each. */
    unsigned char *protocols;
    unsigned protocols_size;
} gt_tls_rules;

enum { GT_TLS_TICKET_KEYS = 80 };

/* What outlives a reload, for servers. */
typedef struct gt_tls_keys {
    unsigned char keys[GT_TLS_TICKET_KEYS];
    /* Counts reloads. */
    unsigned generation;
} gt_tls_keys;

gt_tls_rules *gt_tls_rules_of(SSL_CTX *context);
/* The SSL_CTX that is in use now, with a reference for the caller. */
SSL_CTX *gt_tls_context_inner(gt_tls_context *context);

/* The parts: each puts its settings into `context`; 0, or a negative errno value with a complaint. */
int gt_tls_set_certificate(SSL_CTX *context, const gt_tls_certificate *certificate, gt_tls_complaint complaint);
int gt_tls_make_store(const gt_tls_settings *settings, X509_STORE **store, gt_tls_complaint complaint);
int gt_tls_set_verification(SSL_CTX *context, int side, const gt_tls_settings *settings, X509_STORE *store,
                            gt_tls_complaint complaint);
int gt_tls_read_protocols(gt_tls_rules *rules, const char *list, gt_tls_complaint complaint);
int gt_tls_set_protocols(SSL_CTX *context, gt_tls_rules *rules);
void gt_tls_set_resumption(SSL_CTX *context, const gt_tls_settings *settings, const gt_tls_rules *rules,
                           const gt_tls_keys *keys);
/* Notes what names lead to `context`: `host`, or those in its certificate `first`. */
int gt_tls_add_names(gt_tls_rules *rules, SSL_CTX *context, const char *host, X509 *first, gt_tls_complaint complaint);
void gt_tls_set_server_names(SSL_CTX *context, gt_tls_rules *rules);

/* A copy of one's own; null if there is no memory. */
gt_tls_settings *gt_tls_settings_copy(const gt_tls_settings *source);
void gt_tls_settings_free(gt_tls_settings *settings);

/* The whole of a file for OpenSSL to read. `what` is for the complaint: "the certificate". */
int gt_tls_open(const char *path, const char *what, BIO **file, gt_tls_complaint complaint);
/* The first certificate of a file. */
int gt_tls_first_certificate(const char *path, X509 **certificate, gt_tls_complaint complaint);

#pragma GCC visibility pop

#endif
