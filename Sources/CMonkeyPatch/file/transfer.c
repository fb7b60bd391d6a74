/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reading and writing regular files.
 */
#define _GNU_SOURCE
#include "transfer.h"

#include <errno.h>

#include "../originals.h"

/* The kernel's word for "where the file stands". */
enum { HERE = -1 };

typedef struct transfer {
    __typeof__(&preadv2) read;
    __typeof__(&pwritev2) write; /* one of the two */
    int fd, count, flags, error;
    const struct iovec *pieces;
    off_t offset;
    ssize_t result;
} transfer;

static void run(void *context) {
    transfer *job = context;
    job->result = job->read ? job->read(job->fd, job->pieces, job->count, job->offset, job->flags)
                            : job->write(job->fd, job->pieces, job->count, job->offset, job->flags);
    job->error = errno;
}

static ssize_t offload(transfer *job, const char *why) {
    if (gt_offload(run, job, why) < 0) run(job);
    if (job->result < 0) errno = job->error;
    return job->result;
}

ssize_t gt_file_preadv(int fd, const struct iovec *pieces, int count, off_t offset, int flags, const char *why) {
    transfer job = {gt_libc.preadv2, 0, fd, count, flags, 0, pieces, offset, 0};
    return offload(&job, why);
}

ssize_t gt_file_pwritev(int fd, const struct iovec *pieces, int count, off_t offset, int flags, const char *why) {
    transfer job = {0, gt_libc.pwritev2, fd, count, flags, 0, pieces, offset, 0};
    return offload(&job, why);
}

ssize_t gt_file_readv(int fd, const struct iovec *pieces, int count) {
    if (!gt_libc_offloads_files) return gt_libc.readv(fd, pieces, count);
    return gt_file_preadv(fd, pieces, count, HERE, 0, "read");
}

ssize_t gt_file_writev(int fd, const struct iovec *pieces, int count) {
    if (!gt_libc_offloads_files) return gt_libc.writev(fd, pieces, count);
    return gt_file_pwritev(fd, pieces, count, HERE, 0, "write");
}
