/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What gtornado's greenlets cost, as a plugin: each line is a figure's name and its value.
 */
#define _GNU_SOURCE
#include <gtornado.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"

GTORNADO_RECORD();

static gt_slot slots[GT_SLOT_COUNT] = {
    [GT_SLOT_IOLOOP] = {.name = "ioloop"},
    [GT_SLOT_HTTPSERVER] = {.name = "httpserver"},
    [GT_SLOT_RESOLVER] = {.name = "resolver"},
    [GT_SLOT_SUSPEND] = {.name = "suspend"},
};
static gt_registry registry = {.size = sizeof registry, .slot_count = GT_SLOT_COUNT, .slots = slots};
static const gt_ioloop *ioloop;
static const gt_suspend *suspend;
static gt_loop *loop;

static void empty(void *context) { (void)context; }

static void wait_for_switches(void *context) {
    (void)context;
    while (suspend->park(INFINITY, "switch") == 0) {}
}

/* In the loop's callback, as a server calls a handler. */
static void measure(void *context) {
    (void)context;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < SPAWNS; i++) suspend->spawn(empty, 0, "GET /", GT_SPAWN_NOW);
        figure("spawn_ns", (now() - begin) / SPAWNS * 1e9);
        gt_greenlet *target = suspend->spawn(wait_for_switches, 0, "target", GT_SPAWN_NOW);
        begin = now();
        for (int i = 0; i < SWITCHES; i++) suspend->switch_to(target);
        figure("switch_ns", (now() - begin) / SWITCHES * 1e9);
        suspend->interrupt(target, 125);
    }
    ioloop->stop(loop);
}

/* The same call through this library's own slot, which is patched, and straight: both fail at once in the kernel. */
static void measure_calls(void *context) {
    (void)context;
    ssize_t (*plain)(int, void *, size_t) = (ssize_t(*)(int, void *, size_t))suspend->original("read");
    char byte;
    for (int round = 0; plain && round < ROUNDS * 20; round++) {
        double begin = now();
        for (int i = 0; i < CALLS; i++) (void)!plain(-1, &byte, 1);
        double middle = now();
        for (int i = 0; i < CALLS; i++) (void)!read(-1, &byte, 1);
        figure("patched_call_ns", ((now() - middle) - (middle - begin)) / CALLS * 1e9);
    }
    ioloop->stop(loop);
}

static long left;

static void nap(void *context) {
    suspend->park(*(double *)context, "nap");
    if (--left == 0) ioloop->stop(loop);
}

static void sleepers(long count) {
    double begin = now(), before = resident();
    double until = ioloop->time(loop) + 3 + (double)count * 2e-5;
    left = count;
    for (long i = 0; i < count; i++) {
        if (!suspend->spawn(nap, &until, "nap", 0)) exit(1);
    }
    suspend->yield();
    figure("sleepers_seconds", now() - begin);
    figure("sleepers_mib", resident() - before);
    ioloop->start(loop);
}

static int run(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    ioloop = slots[GT_SLOT_IOLOOP].table;
    suspend = slots[GT_SLOT_SUSPEND].table;
    if (!ioloop || !suspend) return 1;
    loop = ioloop->current();
    if (argc > 1) {
        sleepers(atol(argv[1]));
        return 0;
    }
    ioloop->add_callback(loop, measure, 0);
    ioloop->start(loop);
    ioloop->add_callback(loop, measure_calls, 0);
    ioloop->start(loop);
    return 0;
}

static const gt_plugin plugin = {
    .size = sizeof plugin,
    .magic = GTORNADO_MAGIC,
    .abi_version = GTORNADO_ABI_VERSION,
    .framework_version = GTORNADO_VERSION,
    .name = "greenlets",
    .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = &registry,
    .main = run,
};

const gt_plugin *gtornado_plugin_v1(void) { return &plugin; }
