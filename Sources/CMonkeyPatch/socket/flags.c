/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What is asked of a descriptor itself.
 */
#define _GNU_SOURCE
#include <stdarg.h>

#include "../originals.h"
#include "blocking.h"
#include "nonblocking.h"

/* fcntl() and ioctl() themselves do not wait, but for two things: O_NONBLOCK must not be read or changed while it is
 * set for a moment by connect() or accept(), and F_SETLKW waits for a lock. */

/* The kernel has no event for a lock that is free again. A deadlock of several processes is not seen. */
static int wait_for_lock(int fd, int command, struct flock *lock) {
    gt_blocking blocking = gt_blocking_on(fd, GT_WRITE, "fcntl");
    int at_once = command == F_SETLKW ? F_SETLK : F_OFD_SETLK;
    while (gt_libc.fcntl(fd, at_once, lock)) {
        if (errno != EAGAIN && errno != EACCES) return -1;
        if (!gt_blocking_pause(&blocking)) return -1;
    }
    return 0;
}

static int control(__typeof__(&fcntl) original, int fd, int command, void *argument) {
    if (command == F_SETFL || command == F_GETFL) gt_nonblocking_settle(fd);
    if ((command == F_SETLKW || command == F_OFD_SETLKW) && gt_can_wait()) return wait_for_lock(fd, command, argument);
    return original(fd, command, argument);
}

int gt_coop_fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(gt_libc.fcntl, fd, command, argument);
}

int gt_coop_fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(gt_libc.fcntl64, fd, command, argument);
}

int gt_coop_ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == FIONBIO) gt_nonblocking_settle(fd);
    return gt_libc.ioctl(fd, request, argument);
}
