/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * select() and pselect().
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "../waiting.h"
#include "fd_bits.h"
#include "masked_wait.h"

static const struct timespec no_time = {0, 0};

/* How long to leave a descriptor alone that has hung up and is only watched for exceptions: poll() always tells of a
 * hang-up, select() does not there. */
static const double hang_up_pause = 0.01;

static int only_hung_up(const struct pollfd *fds, size_t count) {
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!fds[i].revents) continue;
        if (fds[i].events != POLLPRI || fds[i].revents & ~(POLLHUP | POLLERR)) return 0;
        found = 1;
    }
    return found;
}

static int wait_for(struct pollfd *fds, size_t count, double deadline, const sigset_t *mask, const char *why) {
    int ready = gt_wait_masked(fds, count, mask, deadline, why);
    if (ready <= 0 || !only_hung_up(fds, count)) return ready;
    double later = gt_now() + hang_up_pause;
    ready = gt_wait_until(later < deadline ? later : deadline, why);
    return ready < 0 ? ready : later < deadline;
}

/* libc is asked first and last, with no time: the sets that it leaves are the kernel's own. */
static int select_bits(gt_fd_bits *bits, double deadline, const sigset_t *mask, const char *why) {
    size_t count = gt_fd_bits_poll(bits, 0);
    struct pollfd few[16];
    struct pollfd *fds = count <= 16 ? few : malloc(count * sizeof *fds);
    if (!fds) return gt_fail(-ENOMEM);
    int ready;
    for (;;) {
        ready = gt_libc.pselect(bits->count, bits->sets[0], bits->sets[1], bits->sets[2], &no_time, mask);
        if (ready != 0) break;
        gt_fd_bits_poll(bits, fds);
        int code = wait_for(fds, count, deadline, mask, why);
        if (code == 0) break;
        gt_fd_bits_restore(bits);
        if (code > 0 || code == -EBADF) continue;
        ready = gt_fail(code);
        break;
    }
    if (fds != few) free(fds);
    return ready;
}

static int select_until(int count, fd_set *reads, fd_set *writes, fd_set *excepts, double deadline,
                        const sigset_t *mask, const char *why) {
    gt_fd_bits bits;
    int code = gt_fd_bits_save(&bits, count, reads, writes, excepts);
    if (code < 0) return gt_fail(code);
    int ready = select_bits(&bits, deadline, mask, why);
    gt_fd_bits_free(&bits);
    return ready;
}

/* Linux writes the time that is left, whatever the outcome. */
static void write_left(struct timeval *timeout, double deadline) {
    double left = deadline - gt_now();
    if (left < 0) left = 0;
    timeout->tv_sec = (time_t)left;
    timeout->tv_usec = (suseconds_t)((left - (double)timeout->tv_sec) * 1e6);
}

int gt_coop_select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout) {
    int waits = !timeout || (timeout->tv_sec >= 0 && timeout->tv_usec >= 0 && (timeout->tv_sec || timeout->tv_usec));
    if (!gt_can_wait() || count < 0 || !waits) return gt_libc.select(count, reads, writes, excepts, timeout);
    double deadline = INFINITY;
    if (timeout) deadline = gt_now() + (double)timeout->tv_sec + (double)timeout->tv_usec / 1e6;
    int ready = select_until(count, reads, writes, excepts, deadline, 0, "select");
    if (timeout) write_left(timeout, deadline);
    return ready;
}

int gt_coop_pselect(int count, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout,
                    const sigset_t *mask) {
    int waits = !timeout || (gt_is_duration(timeout) && gt_seconds(timeout) > 0);
    if (!gt_can_wait() || count < 0 || !waits) return gt_libc.pselect(count, reads, writes, excepts, timeout, mask);
    return select_until(count, reads, writes, excepts, gt_deadline(timeout), mask, "pselect");
}
