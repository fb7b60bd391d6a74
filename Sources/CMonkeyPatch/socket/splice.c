/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * splice() between pipes, sockets and files.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "blocking.h"

/* SPLICE_F_NONBLOCK is about pipes; a socket that has not got O_NONBLOCK would wait all the same. So those are asked
 * first, and given no more at once than one that is writable takes. */
enum { SOCKET_TAKES = 4096 };

typedef struct side {
    gt_blocking blocking;
    short events; /* POLLIN or POLLOUT */
    int waits, is_socket, is_pipe;
} side;

static side side_of(int fd, uint32_t events, unsigned flags) {
    side one = {gt_blocking_on(fd, events, "splice"), events == GT_READ ? POLLIN : POLLOUT, 0, 0, 0};
    mode_t mode = gt_mode(fd);
    one.is_socket = S_ISSOCK(mode);
    one.is_pipe = S_ISFIFO(mode);
    one.waits = (one.is_socket || (one.is_pipe && !(flags & SPLICE_F_NONBLOCK))) && !gt_is_nonblocking(fd);
    errno = one.blocking.entry_errno;
    return one;
}

/* Whether a descriptor was opened for something else. */
static int is_shut(int fd, int mode) {
    int flags = gt_libc.fcntl(fd, F_GETFL);
    return flags < 0 || flags & O_PATH || ((flags & O_ACCMODE) != O_RDWR && (flags & O_ACCMODE) != mode);
}

static int is_same_file(int one, int other) {
    struct stat first, second;
    return !fstat(one, &first) && !fstat(other, &second) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Whether the kernel refuses it, whatever comes: it says so at once, and why. */
static int is_refused(const side *in, const off64_t *in_offset, const side *out, const off64_t *out_offset, unsigned flags) {
    const unsigned known = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;
    if (flags & ~known || !(in->is_pipe || out->is_pipe)) return 1;
    if ((in_offset && (in->is_pipe || in->is_socket)) || (out_offset && (out->is_pipe || out->is_socket))) return 1;
    int from = in->blocking.fd, to = out->blocking.fd;
    if (!out->is_pipe && gt_libc.fcntl(to, F_GETFL) & O_APPEND) return 1;
    return is_shut(from, O_RDONLY) || is_shut(to, O_WRONLY) || (in->is_pipe && out->is_pipe && is_same_file(from, to));
}

/* 1: ready, or of a kind that does not wait. 0: failed, with errno. */
static int await(side *one) {
    while (one->waits && !gt_is_ready(one->blocking.fd, one->events)) {
        if (!gt_blocking_wait(&one->blocking)) return 0;
    }
    return 1;
}

typedef struct splicing {
    side in, out;
    off64_t *in_offset, *out_offset;
    size_t count;
    unsigned flags;
} splicing;

/* As soon as both sides are ready. */
static ssize_t splice_some(splicing *job, size_t limit) {
    for (;;) {
        /* The second may have kept us while somebody else emptied the first. */
        do {
            if (!await(&job->in) || !await(&job->out)) return -1;
        } while (job->in.waits && !gt_is_ready(job->in.blocking.fd, POLLIN));
        unsigned flags = job->flags | SPLICE_F_NONBLOCK;
        ssize_t moved = gt_libc.splice(job->in.blocking.fd, job->in_offset, job->out.blocking.fd, job->out_offset,
                                       limit, flags);
        if (moved >= 0 || errno != EAGAIN) return moved;
        /* Somebody else was faster; or a side that may not wait is not ready. */
        int in_lacks = !job->in.waits && !gt_is_ready(job->in.blocking.fd, POLLIN);
        int out_lacks = !job->out.waits && !gt_is_ready(job->out.blocking.fd, POLLOUT);
        if (in_lacks || out_lacks || !gt_blocking_pause(&job->in.blocking)) return -1;
    }
}

static ssize_t splice_to_socket(splicing *job) {
    size_t done = 0;
    do {
        size_t left = job->count - done;
        ssize_t moved = splice_some(job, left < SOCKET_TAKES ? left : SOCKET_TAKES);
        if (moved < 0 && done == 0) return -1;
        if (moved <= 0) break;
        done += (size_t)moved;
        /* What is in the pipe now is what the kernel would have taken. */
    } while (done < job->count && gt_is_ready(job->in.blocking.fd, POLLIN));
    errno = job->in.blocking.entry_errno;
    return (ssize_t)done;
}

ssize_t gt_coop_splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t count, unsigned flags) {
    if (!gt_can_wait() || count == 0) return gt_libc.splice(in, in_offset, out, out_offset, count, flags);
    splicing job = {side_of(in, GT_READ, flags), side_of(out, GT_WRITE, flags), in_offset, out_offset, count, flags};
    if ((!job.in.waits && !job.out.waits) || is_refused(&job.in, in_offset, &job.out, out_offset, flags)) {
        return gt_libc.splice(in, in_offset, out, out_offset, count, flags);
    }
    return job.out.is_socket && job.out.waits ? splice_to_socket(&job) : splice_some(&job, count);
}
