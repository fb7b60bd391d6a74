/*
 * A plugin whose main loads libraries on two threads again and again: one that is bound at its first calls, and one whose
 * constructor loads another, through the plugin. With -DPART it is the libraries.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "gtornado.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef PART

int nap(void) { return usleep(1) + (int)sleep(0); }

/* The plugin is loaded for itself alone: where its function is must be told. */
__attribute__((constructor)) static void load_more(void) {
    const char *place = getenv("LOADS_AT");
    void (*load)(void) = 0;
    if (PART == 2 && place && sscanf(place, "%p", (void **)&load) == 1 && load) load();
}

#else

GTORNADO_RECORD();

enum { TIMES = 100 };
static char *const *paths;

static void load(const char *path) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (handle) dlclose(handle);
    else fprintf(stderr, "%s\n", dlerror()), exit(1);
}

static void load_third(void) { load(paths[3]); }

static void *load_again(void *path) {
    for (int i = 0; i < TIMES; i++) load(path);
    return 0;
}

static int run(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    char place[32];
    pthread_t thread;
    if (argc != 4) return 1;
    paths = argv;
    snprintf(place, sizeof place, "%p", (void *)load_third);
    setenv("LOADS_AT", place, 1);
    pthread_create(&thread, 0, load_again, argv[1]);
    load_again(argv[2]);
    pthread_join(thread, 0);
    puts("all loaded");
    return 0;
}

static gt_slot slots[4];
static gt_registry registry = {.size = sizeof registry, .slot_count = 4, .slots = slots};

static const gt_plugin plugin = {
    .size = sizeof plugin, .magic = GTORNADO_MAGIC, .abi_version = GTORNADO_ABI_VERSION,
    .framework_version = GTORNADO_VERSION, .name = "loads", .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = &registry, .main = run,
};

const gt_plugin *gtornado_plugin_v1(void) {
    return &plugin;
}

#endif
