/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Settings of one's own: a copy that a reload can go by.
 */
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

static int copy(const char **text) {
    if (!*text) return 1;
    *text = strdup(*text);
    return *text != NULL;
}

static int copy_certificates(gt_tls_settings *settings, const gt_tls_settings *source) {
    settings->certificates = NULL;
    settings->certificate_count = 0;
    if (!source->certificate_count) return 1;
    gt_tls_certificate *certificates = calloc(source->certificate_count, sizeof *certificates);
    if (!certificates) return 0;
    settings->certificates = certificates;
    for (size_t i = 0; i < source->certificate_count; i++) {
        certificates[i] = source->certificates[i];
        gt_tls_certificate *one = &certificates[i];
        settings->certificate_count = i + 1;
        int is_whole = copy(&one->certificate_file);
        is_whole &= copy(&one->key_file);
        is_whole &= copy(&one->password);
        is_whole &= copy(&one->host);
        if (!is_whole) return 0;
    }
    return 1;
}

gt_tls_settings *gt_tls_settings_copy(const gt_tls_settings *source) {
    gt_tls_settings *settings = malloc(sizeof *settings);
    if (!settings) return NULL;
    /* No more than is known here. */
    *settings = *source;
    settings->size = sizeof *settings;
    int is_whole = copy(&settings->ca_file);
    is_whole &= copy(&settings->ca_path);
    is_whole &= copy(&settings->crl_file);
    is_whole &= copy(&settings->ciphers);
    is_whole &= copy(&settings->ciphersuites);
    is_whole &= copy(&settings->alpn);
    is_whole &= copy_certificates(settings, source);
    if (is_whole) return settings;
    gt_tls_settings_free(settings);
    return NULL;
}

static void wipe(const char *secret) {
    if (secret) gt_ssl.OPENSSL_cleanse((char *)secret, strlen(secret));
    free((char *)secret);
}

void gt_tls_settings_free(gt_tls_settings *settings) {
    if (!settings) return;
    for (size_t i = 0; i < settings->certificate_count; i++) {
        const gt_tls_certificate *one = &settings->certificates[i];
        free((char *)one->certificate_file);
        free((char *)one->key_file);
        wipe(one->password);
        free((char *)one->host);
    }
    free((void *)settings->certificates);
    free((char *)settings->ca_file);
    free((char *)settings->ca_path);
    free((char *)settings->crl_file);
    free((char *)settings->ciphers);
    free((char *)settings->ciphersuites);
    free((char *)settings->alpn);
    free(settings);
}
