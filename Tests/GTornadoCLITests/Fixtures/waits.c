/*
 * A plugin whose main spawns greenlets that block in libc, and says in which order they went on.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "gtornado.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

GTORNADO_RECORD();

static gt_slot slots[4];
static gt_registry registry = {.size = sizeof registry, .slot_count = 4, .slots = slots};
static int left;
static int pair[2];

static const gt_ioloop *ioloop(void) {
    return slots[0].table;
}

static void nap(void *context) {
    (void)context;
    sleep(1);
    if (--left == 0) ioloop()->stop(ioloop()->current());
}

static void receive(void *context) {
    (void)context;
    char text[8];
    printf("received %zd bytes\n", recv(pair[0], text, sizeof text, 0));
}

static void send_late(void *context) {
    (void)context;
    usleep(50000);
    printf("sent %zd bytes\n", send(pair[1], "hello", 5, 0));
}

static int run(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    const int sleepers = left = argc > 1 ? atoi(argv[1]) : 20;
    const gt_suspend *suspend = slots[3].table;
    if (!suspend || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
    time_t start = time(0);
    suspend->spawn(receive, 0, "receiver", 0);
    suspend->spawn(send_late, 0, "sender", 0);
    for (int i = 0; i < sleepers; i++) suspend->spawn(nap, 0, "sleeper", 0);
    ioloop()->start(ioloop()->current());
    /* One after another, they would take a second each. */
    printf("%d sleepers, %s\n", sleepers, time(0) - start < sleepers / 2 ? "at once" : "one after another");
    return left;
}

static const gt_plugin plugin = {
    .size = sizeof plugin, .magic = GTORNADO_MAGIC, .abi_version = GTORNADO_ABI_VERSION,
    .framework_version = GTORNADO_VERSION, .name = "waits", .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = &registry, .main = run,
};

const gt_plugin *gtornado_plugin_v1(void) {
    return &plugin;
}
