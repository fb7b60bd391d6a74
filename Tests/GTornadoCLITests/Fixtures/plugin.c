/*
 * A plugin for tests of the runner, and, with one macro or another, each of the bad plugins that it must refuse.
 *
 *   serve [ADDRESS ...]   answers "/" at once, "/slow" after a second, "/loop" with whether the loop is the same,
 *                         "/null" with how views of nothing that have a size were refused, and, with the macro CHILDREN,
 *                         "/fork" with what a program in a fork says of signals that it ignores, and "/stay" and
 *                         "/turn" with the process id of a child that sleeps, by itself or by the loop
 *   args                  prints the arguments that the app got
 *   host                  prints what the runner told of itself
 *   status N              returns N from main
 *   listen ADDRESS ...    listens, prints how it went, and returns 1 if none of them can be
 *   wait                  sleeps before any loop runs
 *   full                  waits in its loop for a timer, without a descriptor left
 *
 * With the variables APP_CERT and APP_KEY its server speaks TLS; with APP_HUP it handles SIGHUP itself; with the macro
 * CHILDREN and APP_FORK it forks before its loop runs, and both serve.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "gtornado.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef OWN_PROVIDERS
#include "own_providers.h"
#define OWN_IOLOOP &own_ioloop
#define OWN_HTTPSERVER &own_httpserver
#define OWN_NAME "the fixture"
#else
#define OWN_IOLOOP 0
#define OWN_HTTPSERVER 0
#define OWN_NAME 0
#endif

static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {"ioloop", OWN_IOLOOP, OWN_NAME, 0},
    [GT_SLOT_HTTPSERVER] = {"httpserver", OWN_HTTPSERVER, OWN_NAME, 0},
    [GT_SLOT_RESOLVER] = {"resolver", 0, 0, 0},
    [GT_SLOT_SUSPEND] = {"suspend", 0, 0, 0},
};
static gt_registry registry = {sizeof registry, 0, GT_SLOT_COUNT, 0, slots};

#ifdef INITIALISER
/* What no plugin should do before anybody has called it. */
__attribute__((constructor)) static void initialise(void) { INITIALISER; }
#endif

static const gt_ioloop *ioloop(void) {
    return slots[GT_SLOT_IOLOOP].table;
}

static const gt_httpserver *http(void) {
    return slots[GT_SLOT_HTTPSERVER].table;
}

static gt_loop *first_loop;

static void answer(gt_exchange *exchange, const char *text) {
    gt_response response = {.size = sizeof response, .status = 200, .content_length = (int64_t)strlen(text)};
    gt_bytes body = {(const uint8_t *)text, strlen(text)};
    http()->respond(exchange, &response, body, GT_END);
}

static void answer_late(void *context) {
    answer(context, "slow\n");
}

#ifdef CHILDREN
static void answer_by_child(gt_exchange *exchange) {
    char text[256] = "";
    int ends[2];
    if (pipe(ends) < 0) return answer(exchange, "no pipe\n");
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        execlp("grep", "grep", "SigIgn", "/proc/self/status", (char *)0);
        _exit(127);
    }
    close(ends[1]);
    size_t size = 0;
    for (ssize_t got; size < sizeof text - 1 && (got = read(ends[0], text + size, sizeof text - 1 - size)) > 0;)
        size += (size_t)got;
    close(ends[0]);
    waitpid(child, 0, 0);
    answer(exchange, text);
}

static const gt_suspend *suspend(void) {
    return slots[GT_SLOT_SUSPEND].table;
}

static void answer_with_child(gt_exchange *exchange, int turns) {
    char text[32];
    pid_t child = fork();
    if (child == 0) {
        if (turns) suspend()->yield();
        sleep(60);
        _exit(0);
    }
    snprintf(text, sizeof text, "%d\n", (int)child);
    answer(exchange, text);
}

static void stay(void *exchange) { answer_with_child(exchange, 0); }

static void turn(void *exchange) { answer_with_child(exchange, 1); }
#endif

static int is(gt_bytes bytes, const char *text) {
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Behind an answer that has views of the same sizes: a server may remember that one. */
static void answer_from_nothing(gt_exchange *exchange) {
    const gt_bytes nothing = {0, 5}, name = {(const uint8_t *)"X-Abc", 5}, value = {(const uint8_t *)"12345", 5};
    const gt_bytes connection = {(const uint8_t *)"Connection", 10}, date = {(const uint8_t *)"Date", 4};
    const gt_header headers[] = {
        {nothing, value}, {name, nothing}, {connection, nothing}, {date, nothing}, {name, value},
    };
    enum { COUNT = sizeof headers / sizeof *headers };
    char text[256] = "";
    size_t size = 0;
    for (int index = 0; index < COUNT - 1; index++) {
        gt_response response = {.size = sizeof response, .status = 200, .headers = &headers[index], .header_count = 1};
        response.content_length = 5;
        size += (size_t)snprintf(text + size, sizeof text - size, "%d ",
                                 http()->respond(exchange, &response, value, GT_END) == -EINVAL);
        response.status = 103;
        /* evhttp knows none. */
        int code = http()->interim(exchange, &response);
        size += (size_t)snprintf(text + size, sizeof text - size, "%d ", code == -EINVAL || code == -ENOTSUP);
    }
    gt_response response = {.size = sizeof response, .status = 200, .headers = &headers[COUNT - 1], .header_count = 1};
    response.content_length = 5;
    size += (size_t)snprintf(text + size, sizeof text - size, "%d ",
                             http()->respond(exchange, &response, nothing, GT_END) == -EINVAL);
    response.reason = nothing;
    size += (size_t)snprintf(text + size, sizeof text - size, "%d ",
                             http()->respond(exchange, &response, value, GT_END) == -EINVAL);
    response.reason = (gt_bytes){0, 0};
    response.content_length = (int64_t)size + 1;
    http()->respond(exchange, &response, (gt_bytes){(const uint8_t *)text, size}, 0);
    text[0] = http()->write(exchange, nothing, 0) == -EINVAL ? '1' : '0';
    http()->write(exchange, (gt_bytes){(const uint8_t *)text, 1}, GT_END);
}

static void *request(void *server, gt_exchange *exchange, const gt_request *head) {
    (void)server;
    if (is(head->target, "/slow")) {
        ioloop()->call_at(first_loop, ioloop()->time(first_loop) + 1, answer_late, exchange);
        return exchange;
    }
    if (is(head->target, "/loop")) {
        answer(exchange, ioloop()->current() == first_loop ? "same loop\n" : "another loop\n");
        return 0;
    }
    if (is(head->target, "/null")) {
        answer_from_nothing(exchange);
        return 0;
    }
#ifdef CHILDREN
    if (is(head->target, "/fork")) {
        answer_by_child(exchange);
        return 0;
    }
    if (is(head->target, "/stay") || is(head->target, "/turn")) {
        suspend()->spawn(is(head->target, "/turn") ? turn : stay, exchange, "forks", 0);
        return exchange;
    }
#endif
    answer(exchange, "hello from C\n");
    return 0;
}

static void body(void *context, gt_bytes piece) {
    (void)context, (void)piece;
}

static void body_end(void *context, const gt_header *trailers, size_t count) {
    (void)context, (void)trailers, (void)count;
}

static void nothing(void *context) {
    (void)context;
}

static void finished(void *context, int lost) {
    (void)context, (void)lost;
}

static const gt_http_delegate delegate = {
    .size = sizeof delegate, .version = GTORNADO_ABI_VERSION, .request = request, .body = body, .body_end = body_end,
    .peer_closed = nothing, .drained = nothing, .finished = finished,
};

static gt_server *make_server(void) {
    gt_server_settings settings = {
        .size = sizeof settings, .max_start_line_size = 16384, .max_header_size = 65536, .max_header_count = 100,
        .max_buffer_size = 1 << 20, .max_body_size = 1 << 20, .chunk_size = 65536, .idle_connection_timeout = 60,
    };
    const gt_tls_certificate certificate = {.certificate_file = getenv("APP_CERT"), .key_file = getenv("APP_KEY")};
    const gt_tls_settings tls = {.size = sizeof tls, .certificates = &certificate, .certificate_count = 1};
    if (certificate.certificate_file) settings.tls = &tls;
    return http()->create(first_loop, &settings, &delegate, 0);
}

static int listen_on(gt_server *server, const char *address) {
    gt_listening result = {.size = sizeof result};
    int status = http()->listen(server, address, 0, 0, &result);
    if (status < 0)
        printf("the app cannot listen on %s: %s\n", address, result.error);
    else
        printf("the app listens on %s\n", result.address);
    return status < 0;
}

static int listen_all(int count, char *const *addresses, gt_server **server) {
    *server = make_server();
    if (!*server) {
        printf("the app cannot make a server: %s\n", strerror(errno));
        return 1;
    }
    int failures = 0;
    for (int index = 0; index < count; index++) failures += listen_on(*server, addresses[index]);
    return count > 0 && failures == count;
}

static void fork_early(void) {
#ifdef CHILDREN
    if (!getenv("APP_FORK")) return;
    pid_t child = fork();
    if (child > 0) printf("the app's child is %d\n", (int)child);
    fflush(stdout);
#endif
}

static int serve(int count, char *const *addresses) {
    char *standard[] = {"127.0.0.1:0"};
    gt_server *server = 0;
    if (listen_all(count ? count : 1, count ? addresses : standard, &server)) return 1;
    fflush(stdout);
    fork_early();
    int status = ioloop()->start(first_loop);
    puts("the app's loop has ended");
    http()->destroy(server);
    return status < 0;
}

static void stop(void *context) {
    ioloop()->stop(context);
}

/* Twice, since what is opened lazily may have been at the first wait. */
static int wait_without_descriptors(void) {
    const struct rlimit few = {256, 256};
    setrlimit(RLIMIT_NOFILE, &few);
    while (eventfd(0, 0) >= 0) {}
    for (int count = 0; count < 2; count++) {
        ioloop()->call_at(first_loop, ioloop()->time(first_loop) + 0.4, stop, first_loop);
        if (ioloop()->start(first_loop) < 0) return 1;
    }
    return 0;
}

static void hang_up(int number) {
    (void)number;
    /* Nothing else prints while the loop waits. */
    puts("the app has SIGHUP");
    fflush(stdout);
}

static int print_host(const gt_host *host) {
    printf("%s %s level %d format %d\n", host->name, host->version_string, host->log_level, host->log_format);
    printf("cores %u when full %u queue %u\n", host->cores, host->when_full, host->queue_limit);
    return 0;
}

static int app(const gt_host *host, int argc, char *const *argv) {
    const char *mode = argc > 1 ? argv[1] : "serve";
    if (!strcmp(mode, "args")) {
        for (int index = 0; index < argc; index++) puts(argv[index]);
        return argv[argc] ? 1 : 0;
    }
    if (!strcmp(mode, "host")) return print_host(host);
    if (!strcmp(mode, "status")) return argc > 2 ? atoi(argv[2]) : 1;
    if (!strcmp(mode, "wait")) {
        puts("the app waits");
        fflush(stdout);
        return sleep(30) > 0 ? 2 : 3;
    }
    if (getenv("APP_HUP")) signal(SIGHUP, hang_up);
    first_loop = ioloop() ? ioloop()->current() : 0;
    gt_server *server = 0;
    if (!strcmp(mode, "listen")) return listen_all(argc - 2, argv + 2, &server);
    if (!strcmp(mode, "full")) return wait_without_descriptors();
    return serve(argc > 2 ? argc - 2 : 0, argv + 2);
}

#ifndef DESCRIPTOR_MAGIC
#define DESCRIPTOR_MAGIC GTORNADO_MAGIC
#endif
#ifndef DESCRIPTOR_ABI
#define DESCRIPTOR_ABI GTORNADO_ABI_VERSION
#endif
#ifndef DESCRIPTOR_SIZE
#define DESCRIPTOR_SIZE sizeof(gt_plugin)
#endif

#ifndef DESCRIPTOR_MAIN
#define DESCRIPTOR_MAIN app
#endif

#ifdef WITHOUT_REGISTRY
#define DESCRIPTOR_REGISTRY 0
#else
#define DESCRIPTOR_REGISTRY &registry
#endif

static const gt_plugin plugin = {
    .size = DESCRIPTOR_SIZE, .magic = DESCRIPTOR_MAGIC, .abi_version = DESCRIPTOR_ABI,
    .framework_version = GTORNADO_VERSION, .name = "fixture", .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = DESCRIPTOR_REGISTRY, .main = DESCRIPTOR_MAIN,
};

#ifdef UNDEFINED_SYMBOL
extern int UNDEFINED_SYMBOL(void);
#endif

#ifndef ENTRY
#define ENTRY gtornado_plugin_v1
#endif

#ifdef HIDDEN_ENTRY
__attribute__((used)) static const gt_plugin *hidden_entry(void) __asm__("gtornado_plugin_v1");
static const gt_plugin *hidden_entry(void) {
#else
__attribute__((visibility("default"))) const gt_plugin *ENTRY(void) {
#endif
#ifdef UNDEFINED_SYMBOL
    UNDEFINED_SYMBOL();
#endif
#ifdef ENTRY_DOES
    ENTRY_DOES;
#endif
#ifdef NULL_DESCRIPTOR
    return 0;
#else
    return &plugin;
#endif
}

#ifndef RECORD_FRAMEWORK
#define RECORD_FRAMEWORK GTORNADO_VERSION
#endif

#ifdef RECORD_ABI
__attribute__((section("gtornado_app"), used, retain)) static const gt_record other_record = {
    GTORNADO_MAGIC, RECORD_ABI, RECORD_FRAMEWORK, 0};
#elif defined(RECORD_COMPILER)
__attribute__((section("gtornado_app"), used, retain)) static const gt_record other_record = {
    GTORNADO_MAGIC, GTORNADO_ABI_VERSION, GTORNADO_VERSION, RECORD_COMPILER};
#elif defined(RECORD_GARBAGE)
__attribute__((section("gtornado_app"), used, retain)) static const char other_record[] = "something else";
#elif !defined(WITHOUT_RECORD)
GTORNADO_RECORD();
#endif
