/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting for descriptors or for a signal that a mask lets through.
 */
#define _GNU_SOURCE
#include "masked_wait.h"

#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "../waiting.h"

/* Entries that need no allocation, and one for the signals. */
enum { FEW = 16 };

/* Readable while a signal is pending that only `mask` lets through; -1 if there is no such signal, -ENOMEM if there is
 * no descriptor to be had. */
static int watch_signals(const sigset_t *mask) {
    sigset_t blocked, watched;
    pthread_sigmask(SIG_SETMASK, 0, &blocked);
    sigemptyset(&watched);
    int any = 0;
    for (int number = 1; number < _NSIG; number++) {
        if (sigismember(&blocked, number) != 1 || sigismember(mask, number) != 0) continue;
        sigaddset(&watched, number);
        any = 1;
    }
    if (!any) return -1;
    int fd = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -ENOMEM : fd;
}

static int wait_with(struct pollfd *fds, size_t count, int signals, double deadline, const char *why) {
    struct pollfd few[FEW + 1];
    struct pollfd *all = count <= FEW ? few : malloc((count + 1) * sizeof *all);
    if (!all) return -ENOMEM;
    if (count > 0) memcpy(all, fds, count * sizeof *all);
    all[count] = (struct pollfd){.fd = signals, .events = POLLIN};
    int ready = gt_wait_poll(all, count + 1, deadline, why);
    for (size_t i = 0; ready > 0 && i < count; i++) fds[i].revents = all[i].revents;
    if (all != few) free(all);
    return ready;
}

int gt_wait_masked(struct pollfd *fds, size_t count, const sigset_t *mask, double deadline, const char *why) {
    int saved = errno;
    int signals = mask ? watch_signals(mask) : -1;
    errno = saved;
    if (signals == -ENOMEM) return -ENOMEM;
    if (signals >= 0) {
        int ready = wait_with(fds, count, signals, deadline, why);
        gt_close_own(signals);
        return ready;
    }
    return count > 0 ? gt_wait_poll(fds, count, deadline, why) : gt_wait_until(deadline, why);
}
