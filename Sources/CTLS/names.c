/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Several certificates on one port, by the name that the client asks for (SNI).
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

enum { LONGEST_NAME = 255 };

static int by_name(const void *left, const void *right) {
    const gt_tls_name *one = left, *other = right;
    int order = strcmp(one->name, other->name);
    if (order) return order;
    return one->order < other->order ? -1 : one->order > other->order;
}

static int add_name(gt_tls_rules *rules, SSL_CTX *context, const char *name, size_t size) {
    if (size == 0 || size > LONGEST_NAME || memchr(name, 0, size)) return 0;
    gt_tls_name *names = realloc(rules->names, (rules->name_count + 1) * sizeof *names);
    if (!names) return -ENOMEM;
    rules->names = names;
    char *copy = malloc(size + 1);
    if (!copy) return -ENOMEM;
    for (size_t i = 0; i < size; i++) copy[i] = (char)tolower((unsigned char)name[i]);
    copy[size] = 0;
    names[rules->name_count] = (gt_tls_name){copy, context, rules->name_count};
    rules->name_count++;
    return 0;
}

static int add_alternative_names(gt_tls_rules *rules, SSL_CTX *context, const OPENSSL_STACK *names, int *found) {
    int count = gt_ssl.OPENSSL_sk_num(names);
    for (int i = 0; i < count; i++) {
        const GENERAL_NAME *name = gt_ssl.OPENSSL_sk_value(names, i);
        if (name->type != GEN_DNS) continue;
        const char *text = (const char *)gt_ssl.ASN1_STRING_get0_data(name->d.dNSName);
        int code = add_name(rules, context, text, (size_t)gt_ssl.ASN1_STRING_length(name->d.dNSName));
        if (code) return code;
        *found = 1;
    }
    return 0;
}

static int add_certificate_names(gt_tls_rules *rules, SSL_CTX *context, X509 *certificate) {
    int found = 0, code = 0;
    GENERAL_NAMES *names = gt_ssl.X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (names) {
        code = add_alternative_names(rules, context, (const OPENSSL_STACK *)names, &found);
        gt_ssl.GENERAL_NAMES_free(names);
    }
    if (code || found) return code;
    char common[LONGEST_NAME + 1];
    int size = gt_ssl.X509_NAME_get_text_by_NID(gt_ssl.X509_get_subject_name(certificate), NID_commonName, common,
                                                sizeof common);
    return size > 0 ? add_name(rules, context, common, (size_t)size) : 0;
}

int gt_tls_add_names(gt_tls_rules *rules, SSL_CTX *context, const char *host, X509 *first, gt_tls_complaint complaint) {
    int code = host ? add_name(rules, context, host, strlen(host)) : add_certificate_names(rules, context, first);
    return code ? gt_tls_complain(complaint, -code, "no memory for the names of the certificates") : 0;
}

static SSL_CTX *find(const gt_tls_rules *rules, const char *name) {
    size_t low = 0, high = rules->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(rules->names[middle].name, name) < 0) low = middle + 1;
        else high = middle;
    }
    return low < rules->name_count && !strcmp(rules->names[low].name, name) ? rules->names[low].context : NULL;
}

/* "a.example.com" is found as itself, then as "*.example.com". */
static SSL_CTX *find_host(const gt_tls_rules *rules, const char *asked) {
    char name[LONGEST_NAME + 2];
    size_t size = strlen(asked);
    if (size && asked[size - 1] == '.') size--;
    if (size == 0 || size > LONGEST_NAME) return NULL;
    for (size_t i = 0; i < size; i++) name[i] = (char)tolower((unsigned char)asked[i]);
    name[size] = 0;
    SSL_CTX *found = find(rules, name);
    char *rest = strchr(name, '.');
    if (found || !rest || rest == name) return found;
    *--rest = '*';
    return find(rules, rest);
}

static int choose(SSL *ssl, int *alert, void *context) {
    gt_tls_rules *rules = context;
    (void)alert;
    const char *asked = gt_ssl.SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!asked) return SSL_TLSEXT_ERR_NOACK;
    SSL_CTX *found = find_host(rules, asked);
    if (found && found != gt_ssl.SSL_get_SSL_CTX(ssl)) gt_ssl.SSL_set_SSL_CTX(ssl, found);
    return SSL_TLSEXT_ERR_OK;
}

void gt_tls_set_server_names(SSL_CTX *context, gt_tls_rules *rules) {
    if (rules->name_count) qsort(rules->names, rules->name_count, sizeof *rules->names, by_name);
    gt_ssl.SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, (void (*)(void))choose);
    gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, rules);
}
