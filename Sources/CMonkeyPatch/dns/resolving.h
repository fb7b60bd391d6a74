/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Asking for the addresses of a name: the resolver in use, or libc on a worker thread. */
#ifndef GT_RESOLVING_H
#define GT_RESOLVING_H

#include <netdb.h>

#pragma GCC visibility push(hidden)

/* getaddrinfo()'s contract. Only where gt_can_wait(). An interrupted wait is EAI_SYSTEM, with its code in errno. */
int gt_resolve(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **answer);
/* Whether `name` is an address, for which nobody needs to be asked. */
int gt_is_address(const char *name);

/* A copy of an answer in memory that libc's own freeaddrinfo() frees. Null if there is no memory. */
struct addrinfo *gt_copy_addresses(const struct addrinfo *answer);

#pragma GCC visibility pop

#endif
