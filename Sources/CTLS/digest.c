/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Digests by OpenSSL's libcrypto.
 */
#include <dlfcn.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

#include "contexts.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static __typeof__(EVP_Q_digest) *digest;

/* It is loaded already: libssl needs it. The names of both are those that openssl.c loads. */
static void find(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (!library) library = dlopen("libcrypto.so", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (library) *(void **)&digest = dlsym(library, "EVP_Q_digest");
}

size_t gt_tls_digest(const char *name, const void *bytes, size_t size, uint8_t *digest_bytes, char *error,
                     size_t capacity) {
    if (!gt_openssl_load(error, capacity)) return 0;
    pthread_once(&once, find);
    size_t length = 0;
    gt_ssl.ERR_clear_error();
    if (digest && digest(NULL, name, NULL, bytes, size, digest_bytes, &length) == 1) return length;
    if (error && capacity)
        snprintf(error, capacity, "OpenSSL computes no %s: %s", name, digest ? gt_tls_reason() : "it has no EVP_Q_digest");
    gt_ssl.ERR_clear_error();
    return 0;
}
