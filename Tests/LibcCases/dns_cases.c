/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "dns".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

#include "cases.h"

static void note_answer(gt_case_run *run, const char *name, const char *service, const struct addrinfo *hints) {
    struct addrinfo *answer = 0;
    errno = 0;
    int error = run->calls->getaddrinfo(name, service, hints, &answer);
    gt_note(run, "%s, %s: %d", name ? name : "-", service ? service : "-", error);
    if (error) return;
    for (struct addrinfo *entry = answer; entry; entry = entry->ai_next) {
        char host[64] = "", port[16] = "";
        getnameinfo(entry->ai_addr, entry->ai_addrlen, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
        gt_note(run, "  %s %s kind %d %d %d name %s", host, port, entry->ai_socktype, entry->ai_protocol,
                entry->ai_flags, entry->ai_canonname ? entry->ai_canonname : "-");
    }
    freeaddrinfo(answer);
}

static void finds_addresses(gt_case_run *run) {
    struct addrinfo stream = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME};
    struct addrinfo passive = {.ai_family = AF_INET, .ai_flags = AI_PASSIVE};
    struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo wrong = {.ai_family = 77}, flags = {.ai_flags = 0x40000000};
    note_answer(run, "localhost", "80", 0);
    note_answer(run, "localhost", "http", &stream);
    note_answer(run, "127.0.0.1", "1234", &stream);
    note_answer(run, "127.1", 0, &stream);
    note_answer(run, "::1", "http", 0);
    note_answer(run, "fe80::1%lo", 0, 0);
    note_answer(run, 0, "8080", &passive);
    note_answer(run, "localhost", "8080", &numeric);
    note_answer(run, "127.0.0.1", "http", &numeric);
    note_answer(run, 0, 0, 0);
    note_answer(run, "127.0.0.1", 0, &wrong);
    note_answer(run, "localhost", 0, &flags);
    note_answer(run, "localhost", "no such service", &stream);
    note_answer(run, "does-not-exist.invalid", "80", 0);
    note_answer(run, "", 0, 0);
}

static void finds_names(gt_case_run *run) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
    const struct sockaddr *any = (const struct sockaddr *)(const void *)&address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char host[NI_MAXHOST] = "", service[NI_MAXSERV] = "";
    static const int flags[] = {0, NI_NUMERICHOST, NI_NUMERICHOST | NI_NUMERICSERV, NI_NAMEREQD, NI_DGRAM};
    for (int i = 0; i < 5; i++) {
        int error = run->calls->getnameinfo(any, sizeof address, host, sizeof host, service, sizeof service, flags[i]);
        gt_note(run, "%d %s %s", error, host, service);
    }
    gt_note(run, "no room: %d", run->calls->getnameinfo(any, sizeof address, host, 2, 0, 0, 0));
    gt_note(run, "no question: %d", run->calls->getnameinfo(any, sizeof address, 0, 0, 0, 0, 0));
    gt_note(run, "no address: %d", run->calls->getnameinfo(any, 3, host, sizeof host, 0, 0, 0));
}

static void note_host(gt_case_run *run, const char *what, const struct hostent *host) {
    if (!host) {
        gt_note(run, "%s: none, h_errno %d", what, h_errno);
        return;
    }
    gt_note(run, "%s: %s, %d bytes", what, host->h_name, host->h_length);
    for (char **address = host->h_addr_list; *address; address++) {
        char text[INET6_ADDRSTRLEN];
        gt_note(run, "  %s", inet_ntop(host->h_addrtype, *address, text, sizeof text));
    }
}

static void finds_hosts(gt_case_run *run) {
    struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
    note_host(run, "localhost", run->calls->gethostbyname("localhost"));
    note_host(run, "localhost, 6", run->calls->gethostbyname2("localhost", AF_INET6));
    note_host(run, "127.0.0.1", run->calls->gethostbyname("127.0.0.1"));
    note_host(run, "::1", run->calls->gethostbyname2("::1", AF_INET6));
    note_host(run, "not there", run->calls->gethostbyname("does-not-exist.invalid"));
    note_host(run, "by address", run->calls->gethostbyaddr(&loopback, sizeof loopback, AF_INET));
    note_host(run, "by half an address", run->calls->gethostbyaddr(&loopback, 2, AF_INET));
}

static void finds_hosts_into_buffers(gt_case_run *run) {
    struct hostent entry, *found;
    struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
    char buffer[1024];
    int error, result;
    result = run->calls->gethostbyname_r("localhost", &entry, buffer, sizeof buffer, &found, &error);
    gt_note(run, "%d, ours %d", result, found == &entry);
    note_host(run, "localhost", found);
    result = run->calls->gethostbyname_r("localhost", &entry, buffer, 8, &found, &error);
    gt_note(run, "no room: %s, none %d, %d", strerrorname_np(result), !found, error);
    result = run->calls->gethostbyname2_r("does-not-exist.invalid", AF_INET, &entry, buffer, sizeof buffer, &found,
                                          &error);
    gt_note(run, "not there: %d, none %d, %d", result, !found, error);
    result = run->calls->gethostbyaddr_r(&loopback, sizeof loopback, AF_INET, &entry, buffer, sizeof buffer, &found,
                                         &error);
    gt_note(run, "%d", result);
    note_host(run, "by address", found);
}

/* ----- a resolver of the test's own ----- */

/* Answers after a while, with two addresses: 192.0.2.1 for each kind of socket, and 2001:db8::1. */
typedef struct slow_question {
    gt_answer_callback callback;
    void *context;
    int error;
    gt_timeout *timeout;
} slow_question;

static const gt_ioloop *loop_table;
static int answers_freed, questions_cancelled;

static struct addrinfo *entry_of(int family, const char *address, int kind, struct addrinfo *next) {
    struct addrinfo *entry = calloc(1, sizeof *entry);
    struct sockaddr_in6 *place = calloc(1, sizeof *place);
    *entry = (struct addrinfo){.ai_family = family, .ai_socktype = kind, .ai_next = next};
    entry->ai_addr = (struct sockaddr *)(void *)place;
    entry->ai_addrlen = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof *place;
    place->sin6_family = (sa_family_t)family;
    if (family == AF_INET) inet_pton(family, address, &((struct sockaddr_in *)(void *)place)->sin_addr);
    else inet_pton(family, address, &place->sin6_addr);
    return entry;
}

static void answer_slowly(void *context) {
    slow_question *question = context;
    struct addrinfo *answer = 0;
    if (!question->error) {
        answer = entry_of(AF_INET6, "2001:db8::1", SOCK_STREAM, 0);
        answer = entry_of(AF_INET, "192.0.2.1", SOCK_DGRAM, answer);
        answer = entry_of(AF_INET, "192.0.2.1", SOCK_STREAM, answer);
        answer->ai_canonname = strdup("canonical.example");
    }
    question->callback(question->error, question->error == EAI_SYSTEM ? EHOSTDOWN : 0, answer, question->context);
    free(question);
}

static gt_question *resolve_slowly(gt_loop *loop, const char *name, const char *service, const struct addrinfo *hints,
                                   gt_answer_callback callback, void *context) {
    (void)service, (void)hints;
    slow_question *question = calloc(1, sizeof *question);
    *question = (slow_question){.callback = callback, .context = context};
    if (strcmp(name, "none.example") == 0) question->error = EAI_NONAME;
    if (strcmp(name, "down.example") == 0) question->error = EAI_SYSTEM;
    double when = loop_table->time(loop) + (strcmp(name, "slow.example") == 0 ? 100 : 0.05);
    question->timeout = loop_table->call_at(loop, when, answer_slowly, question);
    return (gt_question *)question;
}

static void cancel_slowly(gt_question *handle) {
    slow_question *question = (slow_question *)handle;
    loop_table->remove_timeout(gt_hub_loop(), question->timeout);
    free(question);
    questions_cancelled++;
}

static void free_slowly(struct addrinfo *answer) {
    answers_freed++;
    while (answer) {
        struct addrinfo *next = answer->ai_next;
        free(answer->ai_addr);
        free(answer->ai_canonname);
        free(answer);
        answer = next;
    }
}

static const gt_resolver slow_resolver = {
    .size = sizeof slow_resolver, .version = 1, .name = "slow",
    .resolve = resolve_slowly, .cancel = cancel_slowly, .free_answer = free_slowly};

static void ask_and_be_interrupted(void *context) {
    gt_case_run *run = context;
    note_answer(run, "slow.example", 0, 0);
    gt_note(run, "%s", strerrorname_np(errno));
}

static void resolver_answers(gt_case_run *run) {
    loop_table = run->ioloop;
    answers_freed = questions_cancelled = 0;
    gt_libc_resolver = &slow_resolver;
    note_answer(run, "some.example", "80", 0);
    note_answer(run, "127.0.0.1", "80", &(struct addrinfo){.ai_socktype = SOCK_STREAM});
    note_answer(run, "none.example", "80", 0);
    note_answer(run, "down.example", "80", 0);
    gt_note(run, "%s", strerrorname_np(errno));
    note_host(run, "4", run->calls->gethostbyname("some.example"));
    note_host(run, "6", run->calls->gethostbyname2("some.example", AF_INET6));
    note_host(run, "none", run->calls->gethostbyname("none.example"));
    gt_greenlet *greenlet = gt_greenlets.spawn(ask_and_be_interrupted, run, "asker", 0);
    run->calls->usleep(50000);
    gt_greenlets.interrupt(greenlet, ECANCELED);
    run->calls->usleep(50000);
    gt_note(run, "freed %d cancelled %d", answers_freed, questions_cancelled);
    gt_libc_resolver = 0;
}

static const char resolver_expected[] =
    "some.example, 80: 0\n"
    "  192.0.2.1 0 kind 1 0 0 name canonical.example\n"
    "  192.0.2.1 0 kind 2 0 0 name -\n"
    "  2001:db8::1 0 kind 1 0 0 name -\n"
    "127.0.0.1, 80: 0\n"
    "  127.0.0.1 80 kind 1 6 0 name -\n"
    "none.example, 80: -2\n"
    "down.example, 80: -11\n"
    "EHOSTDOWN\n"
    "4: canonical.example, 4 bytes\n"
    "  192.0.2.1\n"
    "6: canonical.example, 16 bytes\n"
    "  2001:db8::1\n"
    "none: none, h_errno 1\n"
    "slow.example, -: -11\n"
    "ECANCELED\n"
    "freed 3 cancelled 1\n";

/* ----- greenlets ----- */

typedef struct look_up {
    gt_case_run *run;
    const char *name;
    struct hostent *host;
} look_up;

static void look_up_in_greenlet(void *context) {
    look_up *self = context;
    self->host = self->run->calls->gethostbyname(self->name);
    self->run->calls->usleep(50000);
    note_host(self->run, self->name, self->host);
}

/* libc has one result for all: the second look-up would overwrite what the first greenlet still reads. */
static void results_are_separate(gt_case_run *run) {
    look_up first = {run, "127.0.0.1", 0}, second = {run, "127.0.0.2", 0};
    gt_greenlets.spawn(look_up_in_greenlet, &first, "first", 0);
    gt_greenlets.spawn(look_up_in_greenlet, &second, "second", 0);
    run->calls->usleep(200000);
}

static const gt_case cases[] = {
    {"getaddrinfo", finds_addresses, 0, 0},
    {"getnameinfo", finds_names, 0, 0},
    {"gethostbyname and its kin", finds_hosts, 0, 0},
    {"gethostbyname_r and its kin", finds_hosts_into_buffers, 0, 0},
    {"getaddrinfo and gethostbyname: another resolver", resolver_answers, resolver_expected, GT_CASE_ALONE},
    {"gethostbyname: each greenlet has its own result", results_are_separate,
     "127.0.0.1: 127.0.0.1, 4 bytes\n  127.0.0.1\n127.0.0.2: 127.0.0.2, 4 bytes\n  127.0.0.2\n", 0},
};
GT_CASE_TABLE(gt_dns_cases, cases);
