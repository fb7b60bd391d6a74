/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Hands a signal to the loop. One signal, as there is one run in a process.
 */
#include "watch_signal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const gt_ioloop *watched_table;
static gt_loop *watched_loop;
static gt_callback watched_callback;
static void *watched_context;

/* Async-signal-safe, as the table's function is by its contract. What was set before sigaction() does not change. */
static void pass_on(int number) {
    (void)number;
    watched_table->add_callback_from_signal(watched_loop, watched_callback, watched_context);
}

int gt_watch_signal(int number, const gt_ioloop *ioloop, gt_loop *loop, gt_callback callback, void *context) {
    struct sigaction before, action = {.sa_handler = pass_on, .sa_flags = SA_RESTART | SA_ONSTACK};
    if (sigaction(number, 0, &before) < 0) return -errno;
    if (before.sa_handler != SIG_DFL && before.sa_handler != pass_on) return -EBUSY;
    watched_table = ioloop;
    watched_loop = loop;
    watched_callback = callback;
    watched_context = context;
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, 0) < 0 ? -errno : 0;
}

int gt_signal_named(const char *name) {
    static const struct {
        const char *name;
        int number;
    } signals[] = {
        {"HUP", SIGHUP},       {"QUIT", SIGQUIT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
        {"WINCH", SIGWINCH},   {"URG", SIGURG},   {"PWR", SIGPWR},
    };
    if (strncasecmp(name, "SIG", 3) == 0) name += 3;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (strcasecmp(name, signals[i].name) == 0) return signals[i].number;
    }
    return 0;
}
