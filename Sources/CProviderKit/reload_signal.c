/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * SIGHUP as a word to read files again. What runs inside the handler is safe there: an atomic, write(), sigaction() and
 * raise().
 *
 * A run under nohup reads files again too, and survives the hang-up by that. What it forks gets an eventfd of its own, and
 * there the signal does, or is ignored, as before, until the child watches it itself.
 */
#include "CProviderKit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

static atomic_int wakeup_descriptor = -1;
static struct sigaction before;
static pid_t owner;

static void restore(void);

static void take(int number) {
    int saved = errno;
    if (getpid() != owner) {
        /* A child by vfork(), _Fork() or clone(), which call nobody, and perhaps in its parent's memory. The signal comes
         * again when this one is over. */
        restore();
        raise(number);
        errno = saved;
        return;
    }
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

/* The app may have taken the signal since. */
static void restore(void) {
    struct sigaction now;
    if (sigaction(SIGHUP, 0, &now) == 0 && now.sa_handler == take) sigaction(SIGHUP, &before, 0);
}

void gt_forget_reload_signal(void) {
    restore();
    atomic_store(&wakeup_descriptor, -1);
}

static void begin_anew_in_child(void) {
    restore();
    int wakeup = atomic_exchange(&wakeup_descriptor, -1);
    if (wakeup >= 0) gt_renew(wakeup, gt_eventfd);
}

int gt_watch_reload_signal(int wakeup) {
    static atomic_bool watches_forks;
    if (!atomic_exchange(&watches_forks, true)) {
        int code = pthread_atfork(0, 0, begin_anew_in_child);
        if (code != 0) return -code;
    }
    struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    atomic_store(&wakeup_descriptor, wakeup);
    owner = getpid();
    struct sigaction was;
    if (sigaction(SIGHUP, &action, &was) < 0) return -errno;
    if (was.sa_handler != take) before = was;
    return 0;
}
