/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * fork() and what forks inside libc.
 */
#define _GNU_SOURCE
#include "../signal/held_signals.h"
#include "../waiting.h"

/* In the child the hub and its loop need kernel objects of their own, whoever of the thread has forked. */
static void go_on_in_child(void) {
    gt_release_all_signals();
    if (gt_hub_current()) gt_hub_after_fork();
}

/* Who forks wants a second process of itself, not of a server that takes clients whenever it waits. */
static void go_on_alone(void) {
    go_on_in_child();
    gt_hub_stand_alone();
}

pid_t gt_coop_fork(void) {
    pid_t child = gt_libc.fork();
    if (child == 0) go_on_alone();
    return child;
}

/* A child in its parent's memory would run the cooperative calls there: close() would wake the parent's greenlets. With
 * memory of its own it does what POSIX says of it, and the parent need not hold still. */
pid_t gt_coop_vfork(void) { return gt_coop_fork(); }

pid_t gt_coop_forkpty(int *terminal, char *name, const struct termios *settings, const struct winsize *size) {
    pid_t child = gt_libc.forkpty(terminal, name, settings, size);
    if (child == 0) go_on_alone();
    return child;
}

/* The caller goes on in a child; its parent has exited. */
int gt_coop_daemon(int stays, int keeps_streams) {
    int result = gt_libc.daemon(stays, keeps_streams);
    if (result == 0) go_on_in_child();
    return result;
}
