/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What gethostbyname() and its kin share. */
#ifndef GT_HOSTS_H
#define GT_HOSTS_H

#include <netdb.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Writes the addresses of `family` in `answer` as a host entry into `buffer`. `name` is used where the answer has no
 * canonical name. 0, ERANGE if they do not fit, or ENOENT if there are none. */
int gt_pack_host(const struct addrinfo *answer, int family, const char *name, struct hostent *entry, char *buffer,
                 size_t size);

/* Where the calls without a buffer of the caller's leave their result. libc has one for the process, until the next
 * call; here each greenlet has its own, since the next call may be another greenlet's. */
typedef struct gt_host_result {
    uint64_t greenlet;
    struct gt_host_result *next;
    struct hostent entry;
    char *buffer;
    size_t size;
} gt_host_result;

/* The running greenlet's; null if there is no memory. Freed some time after the greenlet has ended. */
gt_host_result *gt_host_result_here(void);
/* Doubles the buffer. 0, or -ENOMEM. */
int gt_host_result_grow(gt_host_result *result);

#pragma GCC visibility pop

#endif
