/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Loading OpenSSL.
 */
#include "openssl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "sessions.h"

struct gt_openssl gt_ssl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int is_loaded;
static char why_not[256];

static int find(void *library, const char *name, void **function) {
    *function = dlsym(library, name);
    if (*function) return 1;
    snprintf(why_not, sizeof why_not, "TLS needs OpenSSL 3.0 or newer: the libssl.so that was found has no %s", name);
    return 0;
}

static void load(void) {
    void *library = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libssl.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(why_not, sizeof why_not, "TLS needs OpenSSL, which cannot be loaded: %s (Debian's package is libssl3)",
                 dlerror());
        return;
    }
#define GT_OPENSSL_FIND(name)                                                                                         \
    if (!find(library, #name, (void **)&gt_ssl.name)) return;
    GT_OPENSSL_FUNCTIONS(GT_OPENSSL_FIND)
    is_loaded = gt_tls_make_socket_method();
    if (!is_loaded) snprintf(why_not, sizeof why_not, "OpenSSL has no memory left");
}

int gt_openssl_load(char *error, size_t capacity) {
    pthread_once(&once, load);
    if (!is_loaded && error && capacity) snprintf(error, capacity, "%s", why_not);
    return is_loaded;
}

const char *gt_tls_version(char *error, size_t capacity) {
    return gt_openssl_load(error, capacity) ? gt_ssl.OpenSSL_version(OPENSSL_VERSION) : NULL;
}
