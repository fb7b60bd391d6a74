/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reading and writing what is no socket.
 */
#define _GNU_SOURCE
#include "other_io.h"

#include <limits.h>

#include "../file/transfer.h"
#include "iovec.h"
#include "../originals.h"

static int is_file(mode_t mode) {
    return S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode);
}

/* Kinds that know no call that does not wait (named pipes, terminals; all of them before Linux 5.14). */
static int lacks_nowait(int error) {
    return error == EOPNOTSUPP || error == ENOSYS;
}

/* RWF_NOWAIT rather than poll() and then the call: another process may take the bytes in between, and files' calls
 * with it may do a part only, so those are not tried. */
ssize_t gt_read_other(gt_blocking *blocking, const struct iovec *pieces, int count) {
    int fd = blocking->fd;
    if (is_file(gt_mode(fd))) return gt_file_readv(fd, pieces, count);
    int nowait = 1;
    for (;;) {
        ssize_t got = -1;
        if (nowait) {
            got = gt_libc.preadv2(fd, pieces, count, -1, RWF_NOWAIT);
            nowait = got >= 0 || !lacks_nowait(errno);
        }
        if (!nowait) {
            errno = blocking->entry_errno;
            if (gt_is_ready(fd, POLLIN) || gt_is_nonblocking(fd)) return gt_libc.readv(fd, pieces, count);
            errno = EAGAIN;
        }
        if (got >= 0 || !gt_blocking_again(blocking)) return got;
    }
}

/* One try that does not wait: what poll() calls writable takes PIPE_BUF bytes. */
static ssize_t write_some(gt_blocking *blocking, const struct iovec *pieces, size_t count, size_t size, int is_pipe) {
    int fd = blocking->fd;
    ssize_t written = gt_libc.pwritev2(fd, pieces, (int)count, -1, RWF_NOWAIT);
    if (written >= 0 || !lacks_nowait(errno)) return written;
    errno = blocking->entry_errno;
    if (gt_is_nonblocking(fd)) return gt_libc.writev(fd, pieces, (int)count);
    if (!gt_is_ready(fd, POLLOUT)) {
        errno = EAGAIN;
        return -1;
    }
    int in_parts = size > PIPE_BUF && (is_pipe || isatty(fd));
    errno = blocking->entry_errno;
    if (!in_parts) return gt_libc.writev(fd, pieces, (int)count);
    return gt_libc.write(fd, pieces->iov_base, pieces->iov_len < PIPE_BUF ? pieces->iov_len : PIPE_BUF);
}

ssize_t gt_write_other(gt_blocking *blocking, const struct iovec *pieces, int count) {
    mode_t mode = gt_mode(blocking->fd);
    if (is_file(mode)) return gt_file_writev(blocking->fd, pieces, count);
    /* The first try also is the judge of the arguments. */
    ssize_t written;
    size_t size = count == 1 ? pieces->iov_len : (size_t)PIPE_BUF + 1;
    do {
        written = write_some(blocking, pieces, (size_t)count, size, S_ISFIFO(mode));
    } while (written < 0 && gt_blocking_again(blocking));
    if (written < 0) return -1;
    size = gt_iovec_size(pieces, (size_t)count);
    size_t done = (size_t)written;
    gt_iovec_rest rest;
    if (done >= size || gt_is_nonblocking(blocking->fd)) return written;
    if (gt_iovec_copy(&rest, pieces, (size_t)count, done)) return written;
    while (done < size && rest.count > 0) {
        written = write_some(blocking, rest.pieces, rest.count, size - done, S_ISFIFO(mode));
        if (written < 0 && gt_blocking_again(blocking)) continue;
        if (written <= 0) break;
        blocking->vain = 0;
        done += (size_t)written;
        gt_iovec_skip(&rest, (size_t)written);
    }
    gt_iovec_free(&rest);
    errno = blocking->entry_errno;
    return (ssize_t)done;
}
