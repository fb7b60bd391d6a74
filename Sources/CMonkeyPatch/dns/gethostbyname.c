/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * gethostbyname() and its kin, without a buffer of the caller's.
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "hosts.h"

/* Whether to ask again, with a larger buffer; else the caller's errno and h_errno say what was wrong. */
static int ask_again(gt_host_result *kept, int result, int host_error, const struct hostent *found) {
    if (result == ERANGE && host_error == NETDB_INTERNAL) {
        if (gt_host_result_grow(kept) == 0) return 1;
        result = ENOMEM;
    }
    if (found) return 0;
    h_errno = host_error;
    if (result) errno = result;
    return 0;
}

static struct hostent *fail_without_memory(void) {
    errno = ENOMEM;
    h_errno = NETDB_INTERNAL;
    return 0;
}

struct hostent *gt_coop_gethostbyname2(const char *name, int family) {
    if (!gt_can_wait()) return gt_libc.gethostbyname2(name, family);
    gt_host_result *kept = gt_host_result_here();
    if (!kept) return fail_without_memory();
    for (;;) {
        struct hostent *found = 0;
        int host_error = 0;
        int result = gt_coop_gethostbyname2_r(name, family, &kept->entry, kept->buffer, kept->size, &found,
                                              &host_error);
        if (!ask_again(kept, result, host_error, found)) return found;
    }
}

struct hostent *gt_coop_gethostbyname(const char *name) {
    if (!gt_can_wait()) return gt_libc.gethostbyname(name);
    return gt_coop_gethostbyname2(name, AF_INET);
}

struct hostent *gt_coop_gethostbyaddr(const void *address, socklen_t address_size, int family) {
    if (!gt_can_wait()) return gt_libc.gethostbyaddr(address, address_size, family);
    gt_host_result *kept = gt_host_result_here();
    if (!kept) return fail_without_memory();
    for (;;) {
        struct hostent *found = 0;
        int host_error = 0;
        int result = gt_coop_gethostbyaddr_r(address, address_size, family, &kept->entry, kept->buffer, kept->size,
                                             &found, &host_error);
        if (!ask_again(kept, result, host_error, found)) return found;
    }
}
