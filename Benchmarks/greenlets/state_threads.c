/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The same of State Threads. It has no switch to a chosen thread: a pair of yields is the nearest.
 */
#include <st.h>
#include <stdlib.h>

#include "figures.h"

static int stop;

static void *empty(void *context) { return context; }

static void *yield_back(void *context) {
    while (!stop) st_sleep(0);
    return context;
}

static void *nap(void *context) {
    st_sleep(3);
    return context;
}

static void sleepers(long count) {
    double begin = now(), before = resident();
    for (long i = 0; i < count; i++) {
        if (!st_thread_create(nap, 0, 0, 64 * 1024)) exit(1);
    }
    st_sleep(0);
    figure("sleepers_seconds", now() - begin);
    figure("sleepers_mib", resident() - before);
}

int main(int argc, char **argv) {
    if (st_init() < 0) return 1;
    if (argc > 1) {
        sleepers(atol(argv[1]));
        return 0;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < SPAWNS / 10; i++) {
            st_thread_t thread = st_thread_create(empty, 0, 1, 64 * 1024);
            if (!thread) return 1;
            st_thread_join(thread, 0);
        }
        figure("spawn_ns", (now() - begin) / (SPAWNS / 10) * 1e9);
        stop = 0;
        st_thread_t thread = st_thread_create(yield_back, 0, 1, 64 * 1024);
        begin = now();
        for (int i = 0; i < SWITCHES / 10; i++) st_sleep(0);
        figure("switch_ns", (now() - begin) / (SWITCHES / 10) * 1e9);
        stop = 1;
        st_thread_join(thread, 0);
    }
    return 0;
}
