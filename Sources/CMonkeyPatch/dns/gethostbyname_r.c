/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * gethostbyname_r() and its kin.
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "hosts.h"
#include "resolving.h"

/* What is asked, and where libc's answer goes; on the stack of the greenlet that asks. */
typedef struct host_question {
    const void *key;
    socklen_t key_size; /* of an address; a name has 0 */
    int family;
    struct hostent *entry;
    char *buffer;
    size_t size;
    struct hostent **found;
    int *host_error;
    int result;
} host_question;

static void ask_libc(void *context) {
    host_question *asked = context;
    if (asked->key_size) {
        asked->result = gt_libc.gethostbyaddr_r(asked->key, asked->key_size, asked->family, asked->entry,
                                                asked->buffer, asked->size, asked->found, asked->host_error);
    } else {
        asked->result = gt_libc.gethostbyname2_r(asked->key, asked->family, asked->entry, asked->buffer, asked->size,
                                                 asked->found, asked->host_error);
    }
}

static int fail(const host_question *asked, int host_error, int error) {
    *asked->found = 0;
    *asked->host_error = host_error;
    return error;
}

static int ask_on_worker(host_question *asked) {
    int saved = errno;
    int code = gt_offload(ask_libc, asked, asked->key_size ? "gethostbyaddr" : "gethostbyname");
    errno = saved;
    return code < 0 ? fail(asked, NETDB_INTERNAL, -code) : asked->result;
}

static int fail_as(const host_question *asked, int resolver_error) {
    switch (resolver_error) {
        case EAI_AGAIN: return fail(asked, TRY_AGAIN, EAGAIN);
        case EAI_NODATA: return fail(asked, NO_DATA, 0);
        case EAI_FAIL: return fail(asked, NO_RECOVERY, 0);
        case EAI_MEMORY: return fail(asked, NETDB_INTERNAL, ENOMEM);
        case EAI_SYSTEM: return fail(asked, NETDB_INTERNAL, errno);
        default: return fail(asked, HOST_NOT_FOUND, 0);
    }
}

static int ask_resolver(const host_question *asked) {
    struct addrinfo hints = {.ai_family = asked->family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME};
    struct addrinfo *answer = 0;
    int error = gt_resolve(asked->key, 0, &hints, &answer);
    if (error) return fail_as(asked, error);
    error = gt_pack_host(answer, asked->family, asked->key, asked->entry, asked->buffer, asked->size);
    freeaddrinfo(answer);
    if (error == ERANGE) return fail(asked, NETDB_INTERNAL, ERANGE);
    if (error) return fail(asked, NO_DATA, 0);
    *asked->found = asked->entry;
    return 0;
}

int gt_coop_gethostbyname2_r(const char *name, int family, struct hostent *entry, char *buffer, size_t size,
                             struct hostent **found, int *host_error) {
    int is_question = (family == AF_INET || family == AF_INET6) && !gt_is_address(name);
    if (!gt_can_wait() || !is_question) {
        return gt_libc.gethostbyname2_r(name, family, entry, buffer, size, found, host_error);
    }
    host_question asked = {name, 0, family, entry, buffer, size, found, host_error, 0};
    return gt_libc_resolver ? ask_resolver(&asked) : ask_on_worker(&asked);
}

int gt_coop_gethostbyname_r(const char *name, struct hostent *entry, char *buffer, size_t size,
                            struct hostent **found, int *host_error) {
    if (!gt_can_wait()) return gt_libc.gethostbyname_r(name, entry, buffer, size, found, host_error);
    return gt_coop_gethostbyname2_r(name, AF_INET, entry, buffer, size, found, host_error);
}

int gt_coop_gethostbyaddr_r(const void *address, socklen_t address_size, int family, struct hostent *entry,
                            char *buffer, size_t size, struct hostent **found, int *host_error) {
    if (!gt_can_wait() || address_size == 0) {
        return gt_libc.gethostbyaddr_r(address, address_size, family, entry, buffer, size, found, host_error);
    }
    host_question asked = {address, address_size, family, entry, buffer, size, found, host_error, 0};
    return ask_on_worker(&asked);
}
