/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * getaddrinfo() and getnameinfo().
 */
#define _GNU_SOURCE
#include <ctype.h>

#include "../waiting.h"
#include "resolving.h"

/* Whether libc answers without asking anybody: no name or an address, no service or a number. What is wrong with the
 * question is libc's to say as well. */
static int answers_at_once(const char *name, const char *service, const struct addrinfo *hints) {
    if (name && !(hints && hints->ai_flags & AI_NUMERICHOST) && !gt_is_address(name)) return 0;
    if (!service || (hints && hints->ai_flags & AI_NUMERICSERV)) return 1;
    while (isdigit((unsigned char)*service)) service++;
    return *service == 0;
}

int gt_coop_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                        struct addrinfo **answer) {
    if (!gt_can_wait() || answers_at_once(name, service, hints)) {
        return gt_libc.getaddrinfo(name, service, hints, answer);
    }
    return gt_resolve(name, service, hints, answer);
}

typedef struct name_question {
    const struct sockaddr *address;
    socklen_t address_size;
    char *host, *service;
    socklen_t host_size, service_size;
    int flags;
    int result;
    int error;
} name_question;

static void ask_for_name(void *context) {
    name_question *asked = context;
    asked->result = gt_libc.getnameinfo(asked->address, asked->address_size, asked->host, asked->host_size,
                                        asked->service, asked->service_size, asked->flags);
    asked->error = errno;
}

int gt_coop_getnameinfo(const struct sockaddr *address, socklen_t address_size, char *host, socklen_t host_size,
                        char *service, socklen_t service_size, int flags) {
    int asks_host = host && host_size > 0 && !(flags & NI_NUMERICHOST);
    int asks_service = service && service_size > 0 && !(flags & NI_NUMERICSERV);
    if (!gt_can_wait() || (!asks_host && !asks_service)) {
        return gt_libc.getnameinfo(address, address_size, host, host_size, service, service_size, flags);
    }
    name_question asked = {address, address_size, host, service, host_size, service_size, flags, 0, 0};
    int saved = errno;
    int code = gt_offload(ask_for_name, &asked, "getnameinfo");
    if (code < 0) asked.result = EAI_SYSTEM, asked.error = -code;
    errno = asked.result == EAI_SYSTEM ? asked.error : saved;
    return asked.result;
}
