/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * SIGHUP as a word to read files again. What runs inside the handler is safe there: an atomic and write().
 *
 * A run under nohup reads files again too, and survives the hang-up by that. What it starts has nothing to read, and goes on
 * ignoring the signal.
 */
#include "CProviderKit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int wakeup_descriptor = -1;
static struct sigaction before;

static void take(int number) {
    (void)number;
    int saved = errno;
    const uint64_t one = 1;
    ssize_t written = write(atomic_load(&wakeup_descriptor), &one, sizeof one);
    (void)written;
    errno = saved;
}

int gt_reload_signal_is_taken(void) {
    struct sigaction now;
    if (sigaction(SIGHUP, 0, &now) < 0) return 0;
    return now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN && now.sa_handler != take;
}

/* A program that the child of a fork becomes inherits what is ignored, and nothing that is handled. */
static void ignore_in_child(void) {
    struct sigaction now;
    if (sigaction(SIGHUP, 0, &now) == 0 && now.sa_handler == take) signal(SIGHUP, SIG_IGN);
}

void gt_forget_reload_signal(void) {
    struct sigaction now;
    atomic_store(&wakeup_descriptor, -1);
    /* The app may have taken the signal since. */
    if (sigaction(SIGHUP, 0, &now) == 0 && now.sa_handler == take) sigaction(SIGHUP, &before, 0);
}

int gt_watch_reload_signal(int wakeup) {
    struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    atomic_store(&wakeup_descriptor, wakeup);
    if (sigaction(SIGHUP, &action, &before) < 0) return -errno;
    int code = before.sa_handler == SIG_IGN ? pthread_atfork(0, 0, ignore_in_child) : 0;
    if (code != 0) gt_forget_reload_signal();
    return -code;
}
