/*
 * A plugin for tests of what a run is watched for. Each word is a scenario, after which the loop stops:
 *
 *   sleep       a callback of the loop sleeps
 *   poll        a callback waits in poll(), then in nanosleep(), and prints what they returned
 *   spin        a greenlet computes
 *   idle        the loop waits
 *   park        a greenlet waits, as greenlets do
 *   memory      touches 192 MiB, and keeps them for two seconds
 *   info        three greenlets wait; asks for run info by the signal SIGUSR2
 *   locks       a greenlet sleeps while it holds a mutex; another one locks it
 *   unlocked    the same, but unlocks before it sleeps
 *   names:NAME  looks a name up in a greenlet and through the seam, many times at once, and prints what came
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "gtornado.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {"ioloop", 0, 0, 0},
    [GT_SLOT_HTTPSERVER] = {"httpserver", 0, 0, 0},
    [GT_SLOT_RESOLVER] = {"resolver", 0, 0, 0},
    [GT_SLOT_SUSPEND] = {"suspend", 0, 0, 0},
};
static gt_registry registry = {sizeof registry, 0, GT_SLOT_COUNT, 0, slots};

static const gt_ioloop *ioloop(void) { return slots[GT_SLOT_IOLOOP].table; }
static const gt_suspend *greenlets(void) { return slots[GT_SLOT_SUSPEND].table; }
static gt_loop *loop(void) { return ioloop()->current(); }

static void stop(void *context) {
    (void)context;
    ioloop()->stop(loop());
}

static void stop_after(double seconds) {
    ioloop()->call_at(loop(), ioloop()->time(loop()) + seconds, stop, 0);
}

/* Straight to the kernel's own waits: what is tested here is what no patch has reached. */
static void sleep_in_callback(void *context) {
    (void)context;
    struct timespec time = {0, 400000000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, 0);
    stop_after(0.05);
}

static void poll_in_callback(void *context) {
    (void)context;
    errno = 0;
    int polled = poll(0, 0, 300);
    struct timespec time = {0, 300000000}, rest = {0, 0};
    int slept = nanosleep(&time, &rest);
    printf("poll %d, nanosleep %d, errno %d, rest %ld\n", polled, slept, errno, rest.tv_nsec);
    stop_after(0.05);
}

__attribute__((noinline)) void spin_in_greenlet(void) {
    clock_t end = clock() + (clock_t)(0.5 * CLOCKS_PER_SEC);
    while (clock() < end) {}
}

static void spinner(void *context) {
    (void)context;
    spin_in_greenlet();
    stop_after(0.05);
}

static void parker(void *context) {
    (void)context;
    double until = ioloop()->time(loop()) + 0.5;
    while (greenlets()->park(until, "the fixture's word") != -ETIMEDOUT) {}
    stop_after(0.05);
}

static void hold_memory(void *context) {
    (void)context;
    size_t size = (size_t)192 << 20;
    volatile char *memory = malloc(size);
    for (size_t i = 0; memory && i < size; i += 4096) memory[i] = 1;
    stop_after(2);
}

static void wait_for_ever(void *context) {
    (void)context;
    greenlets()->park(INFINITY, "the fixture's word");
}

static void ask(void *context) {
    (void)context;
    raise(SIGUSR2);
    stop_after(0.3);
}

static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
static int inside;

/* One at a time in here, whatever it waits for. */
__attribute__((noinline)) void hold_while_asleep(const char *name) {
    pthread_mutex_lock(&shared);
    printf("%s is in%s\n", name, inside++ ? ", beside another" : "");
    usleep(200000);
    inside--;
    printf("%s is out\n", name);
    pthread_mutex_unlock(&shared);
}

static void holder(void *context) { hold_while_asleep(context); }

static void last_holder(void *context) {
    hold_while_asleep(context);
    stop_after(0.05);
}

static void tidy(void *context) {
    (void)context;
    pthread_mutex_lock(&shared);
    pthread_mutex_unlock(&shared);
    usleep(100000);
    stop_after(0.05);
}

static const gt_resolver *resolver(void) { return slots[GT_SLOT_RESOLVER].table; }

static void print_answer(const char *who, int error, const struct addrinfo *answer) {
    printf("%s: %s", who, error ? gai_strerror(error) : "found");
    for (; !error && answer; answer = answer->ai_next) {
        char text[INET6_ADDRSTRLEN] = "";
        const void *address = answer->ai_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)answer->ai_addr)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)answer->ai_addr)->sin_addr;
        printf(" %s:%d", inet_ntop(answer->ai_family, address, text, sizeof text),
               ntohs(((const struct sockaddr_in *)(const void *)answer->ai_addr)->sin_port));
    }
    printf("\n");
}

static const struct addrinfo stream = {.ai_socktype = SOCK_STREAM};
static int wanted, came;

static void answered(int error, int system_error, struct addrinfo *answer, void *context) {
    (void)system_error;
    /* The name of whoever asks; null for one of many. */
    if (context) print_answer("seam", error, answer);
    if (answer) resolver()->free_answer(answer);
    if (++came == wanted) stop_after(0.05);
}

static void never(int error, int system_error, struct addrinfo *answer, void *context) {
    (void)error, (void)system_error, (void)answer, (void)context;
    printf("a cancelled question was answered\n");
}

static void look_up(void *context) {
    struct addrinfo *answer = 0;
    int error = getaddrinfo(context, "80", &stream, &answer);
    print_answer("libc", error, answer);
    if (answer) freeaddrinfo(answer);
    wanted = 1 + 50;
    resolver()->resolve(loop(), context, "80", &stream, answered, context);
    for (int i = 0; i < 50; i++) {
        resolver()->resolve(loop(), context, "80", &stream, answered, 0);
        resolver()->cancel(resolver()->resolve(loop(), context, "80", &stream, never, 0));
    }
    if (came) printf("answered inside the call\n");
}

static void later(gt_callback callback) {
    ioloop()->call_at(loop(), ioloop()->time(loop()) + 0.05, callback, 0);
}

static void begin(const char *scenario) {
    if (strcmp(scenario, "sleep") == 0) later(sleep_in_callback);
    if (strcmp(scenario, "poll") == 0) later(poll_in_callback);
    if (strcmp(scenario, "spin") == 0) greenlets()->spawn(spinner, 0, "spinner", 0);
    if (strcmp(scenario, "idle") == 0) stop_after(0.6);
    if (strcmp(scenario, "park") == 0) greenlets()->spawn(parker, 0, "parker", 0);
    if (strcmp(scenario, "memory") == 0) later(hold_memory);
    if (strcmp(scenario, "locks") == 0) {
        greenlets()->spawn(holder, "one", "one", 0);
        greenlets()->spawn(last_holder, "two", "two", 0);
    }
    if (strcmp(scenario, "unlocked") == 0) greenlets()->spawn(tidy, 0, "tidy", 0);
    if (strncmp(scenario, "names:", 6) == 0) {
        wanted = came = 0;
        greenlets()->spawn(look_up, (void *)(uintptr_t)(scenario + 6), "asker", 0);
    }
    if (strcmp(scenario, "info") == 0) {
        greenlets()->spawn(wait_for_ever, 0, "first", 0);
        greenlets()->spawn(wait_for_ever, 0, "twin", 0);
        greenlets()->spawn(wait_for_ever, 0, "twin", 0);
        later(ask);
    }
}

static int app_main(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    setvbuf(stdout, 0, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        begin(argv[i]);
        if (ioloop()->start(loop()) < 0) return 1;
        printf("%s is over\n", argv[i]);
    }
    return 0;
}

static const gt_plugin plugin = {
    sizeof plugin, GTORNADO_MAGIC, GTORNADO_ABI_VERSION, GTORNADO_VERSION, "watched", "gtornado.h " GTORNADO_VERSION_STRING,
    &registry, app_main, 0,
};

const gt_plugin *gtornado_plugin_v1(void) { return &plugin; }

GTORNADO_RECORD();
