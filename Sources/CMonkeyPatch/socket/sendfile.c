/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * sendfile().
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "../originals.h"
#include "send.h"

/* To a blocking socket the kernel's sendfile() cannot be told not to wait, so the bytes go by a buffer, and no byte is
 * read twice. To a pipe they go by splice(), which can be told. */

enum { CHUNK = 65536 };

/* Sends all of `size` bytes but for an error or a timeout; -1 with errno if none was sent. */
static ssize_t send_chunk(gt_blocking *blocking, const char *bytes, size_t size) {
    struct iovec piece = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return gt_send(blocking, &message, 0);
}

static ssize_t file_to_socket(gt_blocking *blocking, int in, off_t *position, size_t count, char *buffer) {
    size_t done = 0;
    while (done < count) {
        size_t wanted = count - done < CHUNK ? count - done : CHUNK;
        ssize_t got = gt_coop_pread(in, buffer, wanted, *position);
        ssize_t sent = got > 0 ? send_chunk(blocking, buffer, (size_t)got) : got;
        if (sent < 0 && done == 0) return -1;
        if (sent <= 0) break;
        *position += sent;
        done += (size_t)sent;
        if (sent < got) break;
    }
    errno = blocking->entry_errno;
    return (ssize_t)done;
}

static ssize_t transfer(int out, int in, off_t *position, size_t count, int is_pipe) {
    /* As much as fits, as the kernel's. */
    if (is_pipe) return gt_coop_splice(in, position, out, 0, count, 0);
    char *buffer = malloc(count < CHUNK ? count : CHUNK);
    if (!buffer) return -1;
    gt_blocking blocking = gt_blocking_on(out, GT_WRITE, "sendfile");
    ssize_t sent = file_to_socket(&blocking, in, position, count, buffer);
    free(buffer);
    return sent;
}

static int is_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

ssize_t gt_coop_sendfile(int out, int in, off_t *offset, size_t count) {
    int saved = errno;
    int is_pipe = 0, may_wait = gt_can_wait() && count > 0 && S_ISREG(gt_mode(in)) && (!offset || *offset >= 0);
    if (may_wait) {
        is_pipe = S_ISFIFO(gt_mode(out));
        may_wait = (is_pipe || is_stream(out)) && !gt_is_nonblocking(out);
        errno = saved;
    }
    if (!may_wait) return gt_libc.sendfile(out, in, offset, count);
    if (offset) return transfer(out, in, offset, count, is_pipe);
    off_t position = lseek(in, 0, SEEK_CUR);
    ssize_t sent = transfer(out, in, &position, count, is_pipe);
    if (sent > 0) lseek(in, position, SEEK_SET);
    return sent;
}
