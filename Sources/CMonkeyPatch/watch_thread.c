/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A thread's state and times from /proc/self/task: its own process may always read them.
 */
#define _GNU_SOURCE
#include "watch_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int open_file(int id, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", id, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

int gt_watched_thread_open(gt_watched_thread *thread) {
    thread->id = gettid();
    thread->thread = pthread_self();
    thread->syscall = open_file(thread->id, "syscall");
    thread->schedstat = open_file(thread->id, "schedstat");
    thread->stat = open_file(thread->id, "stat");
    return thread->stat < 0 ? -errno : 0;
}

void gt_watched_thread_close(gt_watched_thread *thread) {
    if (thread->syscall >= 0) close(thread->syscall);
    if (thread->schedstat >= 0) close(thread->schedstat);
    if (thread->stat >= 0) close(thread->stat);
    thread->syscall = thread->schedstat = thread->stat = -1;
}

/* The file from its beginning, ending in NUL; 0 if it cannot be read. */
static int read_file(int fd, char *text, size_t capacity) {
    ssize_t count = fd < 0 ? -1 : pread(fd, text, capacity - 1, 0);
    if (count <= 0) return 0;
    text[count] = 0;
    return 1;
}

/* The letter behind the name, which may have anything in it. */
static char letter(const gt_watched_thread *thread) {
    char text[256];
    if (!read_file(thread->stat, text, sizeof text)) return 0;
    const char *end = strrchr(text, ')');
    return end && end[1] ? end[2] : 0;
}

/* "running", or "CALL ARGUMENT*6 SP PC", or "-1 SP PC". */
static int parse(const char *text, gt_thread_state *state) {
    char *at;
    errno = 0;
    state->call = strtol(text, &at, 10);
    if (at == text) return 0;
    uintptr_t last = 0, before = 0;
    for (char *next = at; *next; at = next) {
        uintptr_t value = strtoull(at, &next, 16);
        if (next == at) break;
        before = last;
        last = value;
    }
    state->sp = before;
    state->pc = last;
    return before != 0 && last != 0;
}

void gt_watched_thread_look(const gt_watched_thread *thread, gt_thread_state *state) {
    char text[256];
    *state = (gt_thread_state){.state = GT_THREAD_UNKNOWN};
    if (!read_file(thread->syscall, text, sizeof text)) {
        if (letter(thread) == 'R') state->state = GT_THREAD_RUNNING;
    } else if (strncmp(text, "running", 7) == 0) {
        state->state = GT_THREAD_RUNNING;
    } else if (parse(text, state)) {
        state->state = GT_THREAD_BLOCKED;
    }
}

int gt_watched_thread_is_stopped(const gt_watched_thread *thread) {
    char kind = letter(thread);
    return kind == 't' || kind == 'T';
}

void gt_watched_thread_times(const gt_watched_thread *thread, double *ran, double *waited) {
    char text[128];
    unsigned long long on_cpu, in_queue;
    if (read_file(thread->schedstat, text, sizeof text) && sscanf(text, "%llu %llu", &on_cpu, &in_queue) == 2) {
        *ran = (double)on_cpu * 1e-9;
        *waited = (double)in_queue * 1e-9;
        return;
    }
    clockid_t clock;
    struct timespec time = {0};
    if (pthread_getcpuclockid(thread->thread, &clock) == 0) clock_gettime(clock, &time);
    *ran = (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
    *waited = -1;
}
