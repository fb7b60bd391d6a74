/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting until a call that would have blocked can be tried again.
 */
#define _GNU_SOURCE
#include "blocking.h"

#include <math.h>

#include "../originals.h"

enum { VAIN_LIMIT = 16 };
/* Seconds. */
static const double SHORTEST_PAUSE = 0.001;
static const double LONGEST_PAUSE = 0.020;

int gt_is_nonblocking(int fd) {
    int flags = gt_libc.fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK);
}

int gt_is_ready(int fd, short events) {
    struct pollfd one = {.fd = fd, .events = events};
    int saved = errno;
    int count = gt_libc.poll(&one, 1, 0);
    errno = saved;
    return count != 0;
}

mode_t gt_mode(int fd) {
    struct stat status;
    return fstat(fd, &status) ? 0 : status.st_mode;
}

/* When the socket's own timeout ends a wait that begins now. */
static double socket_deadline(const gt_blocking *blocking) {
    struct timeval limit = {0};
    socklen_t size = sizeof limit;
    int option = blocking->events & GT_READ ? SO_RCVTIMEO : SO_SNDTIMEO;
    if (getsockopt(blocking->fd, SOL_SOCKET, option, &limit, &size)) return (double)INFINITY;
    if (limit.tv_sec == 0 && limit.tv_usec == 0) return (double)INFINITY;
    return gt_now() + (double)limit.tv_sec + (double)limit.tv_usec / 1e6;
}

static void begin(gt_blocking *blocking) {
    if (blocking->waited) return;
    blocking->deadline = socket_deadline(blocking);
    blocking->waited = 1;
}

/* What a wait's result means for the call: 1 to try again. */
static int resume(gt_blocking *blocking, int result) {
    /* -EPERM: of a kind that is always ready. */
    if (result >= 0 || result == -EPERM) {
        blocking->ready = result > 0 ? (uint32_t)result : blocking->events;
        errno = blocking->entry_errno;
        return 1;
    }
    /* An interrupt may have the same code as the deadline. */
    errno = result == -ETIMEDOUT && !gt_interrupted() ? blocking->timed_out : -result;
    return 0;
}

int gt_blocking_pause(gt_blocking *blocking) {
    begin(blocking);
    double length = SHORTEST_PAUSE * (double)(1 << (blocking->vain < 5 ? blocking->vain : 5));
    double end = gt_now() + (length < LONGEST_PAUSE ? length : LONGEST_PAUSE);
    blocking->vain++;
    int last = blocking->deadline <= end;
    /* For no event but that the descriptor is closed. */
    int result = gt_wait_fd(blocking->fd, GT_ERROR, last ? blocking->deadline : end, blocking->why);
    int is_over = result == -ETIMEDOUT && !gt_interrupted();
    return resume(blocking, is_over && !last ? 0 : result);
}

int gt_blocking_wait(gt_blocking *blocking) {
    begin(blocking);
    /* Ready, and yet the call would block, time after time: what it waits for is none of the descriptor's own events
     * (a full queue of an unconnected datagram socket's peer). It must not spin. */
    if (blocking->vain >= VAIN_LIMIT) return gt_blocking_pause(blocking);
    double began = gt_now();
    int result = gt_wait_fd(blocking->fd, blocking->events, blocking->deadline, blocking->why);
    /* A wait that took its time was one for the event, which another has used up then. */
    blocking->vain = gt_now() - began < SHORTEST_PAUSE ? blocking->vain + 1 : 0;
    return resume(blocking, result);
}

int gt_blocking_more(gt_blocking *blocking) {
    if (!blocking->waited && gt_is_nonblocking(blocking->fd)) return 0;
    return gt_blocking_wait(blocking);
}

int gt_blocking_again(gt_blocking *blocking) {
    /* A send that opens its connection says that it is under way. */
    int opening = errno == EINPROGRESS && blocking->events == GT_WRITE;
    if (errno != EAGAIN && errno != EWOULDBLOCK && !opening) return 0;
    return gt_blocking_more(blocking);
}
