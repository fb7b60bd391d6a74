/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The same of threads: one for each request, with the stack size that greenlets have.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "figures.h"

enum { THREADS = 20000, PASSES = 200000 };

static sem_t there, back;
static volatile int stop;

static void *empty(void *context) { return context; }

static void *pong(void *context) {
    for (;;) {
        sem_wait(&there);
        if (stop) return context;
        sem_post(&back);
    }
}

static void *nap(void *context) {
    sleep(600);
    return context;
}

static void sleepers(pthread_attr_t *attributes, long count) {
    double begin = now(), before = resident();
    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, attributes, nap, 0)) {
            figure("sleepers_failed_at", (double)i);
            _exit(0);
        }
    }
    figure("sleepers_seconds", now() - begin);
    figure("sleepers_mib", resident() - before);
    _exit(0);
}

int main(int argc, char **argv) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    if (argc > 1) sleepers(&attributes, atol(argv[1]));
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < THREADS; i++) {
            if (pthread_create(&thread, &attributes, empty, 0)) return 1;
            pthread_join(thread, 0);
        }
        figure("spawn_ns", (now() - begin) / THREADS * 1e9);
        sem_init(&there, 0, 0);
        sem_init(&back, 0, 0);
        stop = 0;
        pthread_create(&thread, &attributes, pong, 0);
        begin = now();
        for (int i = 0; i < PASSES; i++) {
            sem_post(&there);
            sem_wait(&back);
        }
        figure("switch_ns", (now() - begin) / PASSES * 1e9);
        stop = 1;
        sem_post(&there);
        pthread_join(thread, 0);
    }
    return 0;
}
