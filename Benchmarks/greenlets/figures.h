/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * How the programs of this folder measure, and say what they measured.
 */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, SPAWNS = 1000000, SWITCHES = 5000000, CALLS = 200000 };

static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* MiB. */
static inline double resident(void) {
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2) pages = 0;
    if (file) fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

static inline void figure(const char *name, double value) {
    printf("%s %.3f\n", name, value);
    fflush(stdout);
}

#endif
