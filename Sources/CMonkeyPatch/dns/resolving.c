/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Asking the resolver, or libc on a worker thread, for addresses.
 */
#define _GNU_SOURCE
#include "resolving.h"

#include <arpa/inet.h>
#include <string.h>

#include "../waiting.h"

/* A question that is being asked; on the stack of the greenlet that waits for its answer. */
typedef struct question {
    const char *name;
    const char *service;
    const struct addrinfo *hints;
    gt_greenlet *asker;
    int answered;
    struct addrinfo *answer;
    int result;
    int error;
} question;

static void ask_libc(void *context) {
    question *asked = context;
    asked->result = gt_libc.getaddrinfo(asked->name, asked->service, asked->hints, &asked->answer);
    asked->error = errno;
}

static int resolve_on_worker(question *asked) {
    int code = gt_offload(ask_libc, asked, "getaddrinfo");
    if (code >= 0) return asked->result;
    asked->error = -code;
    return EAI_SYSTEM;
}

static void take_answer(int result, int error, struct addrinfo *answer, void *context) {
    question *asked = context;
    asked->result = result;
    asked->error = error;
    asked->answer = answer;
    asked->answered = 1;
    gt_unpark(asked->asker);
}

static int park_until_answered(question *asked) {
    int others = 0;
    while (!asked->answered) {
        int code = gt_park(INFINITY, "getaddrinfo");
        if (code < 0) return code;
        if (!asked->answered) others = 1;
    }
    /* Somebody else's unpark() came meanwhile: the next park() is to get it. */
    if (others) gt_unpark(gt_running);
    return 0;
}

static int resolve_by(const gt_resolver *resolver, question *asked) {
    asked->asker = gt_running;
    gt_question *handle =
        resolver->resolve(gt_hub_loop(), asked->name, asked->service, asked->hints, take_answer, asked);
    if (!handle) {
        asked->error = errno;
        return EAI_SYSTEM;
    }
    int code = park_until_answered(asked);
    if (code < 0 && !asked->answered) {
        resolver->cancel(handle);
        asked->error = -code;
        return EAI_SYSTEM;
    }
    struct addrinfo *theirs = asked->answer;
    if (asked->result != 0 || !theirs) return asked->result ? asked->result : EAI_NONAME;
    asked->answer = gt_copy_addresses(theirs);
    resolver->free_answer(theirs);
    return asked->answer ? 0 : EAI_MEMORY;
}

int gt_resolve(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **answer) {
    int saved = errno;
    question asked = {.name = name, .service = service, .hints = hints};
    const gt_resolver *resolver = gt_libc_resolver;
    int result = resolver ? resolve_by(resolver, &asked) : resolve_on_worker(&asked);
    errno = result == EAI_SYSTEM ? asked.error : saved;
    if (result == 0) *answer = asked.answer;
    return result;
}

int gt_is_address(const char *name) {
    struct in6_addr address;
    if (inet_pton(AF_INET, name, &address) == 1) return 1;
    /* A link's own address may carry its link: "fe80::1%eth0". */
    size_t length = strcspn(name, "%");
    char text[INET6_ADDRSTRLEN];
    if (length >= sizeof text) return 0;
    memcpy(text, name, length);
    text[length] = 0;
    return inet_pton(AF_INET6, text, &address) == 1;
}
