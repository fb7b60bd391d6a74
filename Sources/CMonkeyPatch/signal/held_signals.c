/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Signals that are held back while greenlets wait for a handler to run.
 */
#define _GNU_SOURCE
#include "held_signals.h"

#include "../waiting.h"

/* The thread's: how many hold, and what was not blocked before. */
static __thread int holders;
static __thread sigset_t held;

/* Blocked, these would end the process where their handler was to report them. Nor is the detector's held, which is not
 * the app's. */
static int is_fault(int number) {
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGTRAP ||
           number == SIGABRT || number == SIGSYS;
}

static int has_handler(int number) {
    struct sigaction action;
    if (sigaction(number, 0, &action) < 0) return 0;
    return action.sa_flags & SA_SIGINFO || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void gt_hold_signals(const sigset_t *mask) {
    if (holders++ == 0) sigemptyset(&held);
    sigset_t blocked, more;
    pthread_sigmask(SIG_SETMASK, 0, &blocked);
    sigemptyset(&more);
    for (int number = 1; number < _NSIG; number++) {
        if (sigismember(&blocked, number) != 0 || sigismember(mask, number) != 0) continue;
        if (is_fault(number) || number == gt_watch_signal_taken() || !has_handler(number)) continue;
        sigaddset(&more, number);
        sigaddset(&held, number);
    }
    pthread_sigmask(SIG_BLOCK, &more, 0);
}

void gt_release_signals(void) {
    if (--holders == 0) pthread_sigmask(SIG_UNBLOCK, &held, 0);
}

void gt_release_all_signals(void) {
    if (holders == 0) return;
    holders = 0;
    pthread_sigmask(SIG_UNBLOCK, &held, 0);
}

int gt_own_mask(sigset_t *mask) {
    if (gt_worker_mask(mask)) return 1;
    pthread_sigmask(SIG_SETMASK, 0, mask);
    if (holders == 0) return 0;
    for (int number = 1; number < _NSIG; number++) {
        if (sigismember(&held, number) == 1) sigdelset(mask, number);
    }
    return 1;
}
