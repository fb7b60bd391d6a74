/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * waitpid() and its kin.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "../socket/blocking.h"
#include "../waiting.h"
#include "child_watch.h"

/* wait4()'s first argument in waitid()'s words. */
static gt_child_watch watch_of(pid_t pid, int stops) {
    if (pid > 0) return (gt_child_watch){.which = P_PID, .id = (id_t)pid, .stops = stops};
    if (pid == -1) return (gt_child_watch){.which = P_ALL, .stops = stops};
    return (gt_child_watch){.which = P_PGID, .id = (id_t)(pid == 0 ? getpgrp() : -pid), .stops = stops};
}

/* libc is asked with WNOHANG, so that whose child it is, and who reaps it first, is the kernel's affair. */
pid_t gt_coop_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    if (!gt_can_wait() || options & WNOHANG) return gt_libc.wait4(pid, status, options, usage);
    gt_child_watch watch = watch_of(pid, (options & (WUNTRACED | WCONTINUED)) != 0);
    for (;;) {
        pid_t child = gt_libc.wait4(pid, status, options | WNOHANG, usage);
        if (child != 0) return child;
        int code = gt_watch_children(&watch, "waitpid");
        if (code < 0) return gt_fail(code);
    }
}

pid_t gt_coop_waitpid(pid_t pid, int *status, int options) {
    if (!gt_can_wait()) return gt_libc.waitpid(pid, status, options);
    return gt_coop_wait4(pid, status, options, 0);
}

pid_t gt_coop_wait(int *status) {
    if (!gt_can_wait()) return gt_libc.wait(status);
    return gt_coop_wait4(-1, status, 0, 0);
}

pid_t gt_coop_wait3(int *status, int options, struct rusage *usage) {
    if (!gt_can_wait()) return gt_libc.wait3(status, options, usage);
    return gt_coop_wait4(-1, status, options, usage);
}

int gt_coop_waitid(idtype_t which, id_t id, siginfo_t *info, int options) {
    if (!gt_can_wait() || options & WNOHANG) return gt_libc.waitid(which, id, info, options);
    /* EAGAIN, unless the child has exited. */
    if (which == P_PIDFD && gt_is_nonblocking((int)id)) return gt_libc.waitid(which, id, info, options);
    gt_child_watch watch = {.which = which, .id = id, .stops = (options & (WSTOPPED | WCONTINUED)) != 0};
    if (which == P_PGID && id == 0) watch.id = (id_t)getpgrp();
    for (;;) {
        /* With WNOHANG, only this tells whether there was a child. */
        siginfo_t found = {.si_signo = 0};
        int result = gt_libc.waitid(which, id, &found, options | WNOHANG);
        if (result < 0) return result;
        if (found.si_signo != 0) {
            if (info) *info = found;
            return 0;
        }
        int code = gt_watch_children(&watch, "waitid");
        if (code < 0) return gt_fail(code);
    }
}
