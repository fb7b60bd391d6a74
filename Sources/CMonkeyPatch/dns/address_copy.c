/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Answers of a resolver, in memory of libc's.
 */
#define _GNU_SOURCE
#include "resolving.h"

#include <stdlib.h>
#include <string.h>

/* glibc frees an answer as what it allocated: each entry in one block with its address behind it, each canonical name
 * in a block of its own. An answer of that shape can be freed by anybody: by a library that is not patched, and by
 * code that got the answer while it was not. */
#ifndef __GLIBC__
#error "The shape of a struct addrinfo that freeaddrinfo() frees is known for glibc only"
#endif

static struct addrinfo *copy_one(const struct addrinfo *entry) {
    struct addrinfo *copy = malloc(sizeof *copy + entry->ai_addrlen);
    if (!copy) return 0;
    *copy = *entry;
    copy->ai_next = 0;
    copy->ai_addr = 0;
    if (entry->ai_addr) {
        copy->ai_addr = (struct sockaddr *)(copy + 1);
        memcpy(copy->ai_addr, entry->ai_addr, entry->ai_addrlen);
    }
    if (entry->ai_canonname) {
        copy->ai_canonname = strdup(entry->ai_canonname);
        if (!copy->ai_canonname) {
            free(copy);
            return 0;
        }
    }
    return copy;
}

struct addrinfo *gt_copy_addresses(const struct addrinfo *answer) {
    struct addrinfo *first = 0, **last = &first;
    for (; answer; answer = answer->ai_next) {
        *last = copy_one(answer);
        if (!*last) {
            if (first) freeaddrinfo(first);
            return 0;
        }
        last = &(*last)->ai_next;
    }
    return first;
}
