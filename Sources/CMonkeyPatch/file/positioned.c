/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * pread(), pwrite() and their kin.
 */
#define _GNU_SOURCE
#include "../originals.h"
#include "../socket/blocking.h"
#include "transfer.h"

/* Only files have positions: elsewhere these fail at once. The names with a 64 are the same functions here. */

/* A negative offset is refused by libc, and is the position of the file to preadv2(). */
static int offloads(off_t offset) {
    return gt_can_wait() && gt_libc_offloads_files && offset >= 0;
}

ssize_t gt_coop_pread(int fd, void *buffer, size_t size, off_t offset) {
    if (!offloads(offset)) return gt_libc.pread(fd, buffer, size, offset);
    struct iovec piece = {buffer, size};
    return gt_file_preadv(fd, &piece, 1, offset, 0, "pread");
}

ssize_t gt_coop_pwrite(int fd, const void *buffer, size_t size, off_t offset) {
    if (!offloads(offset)) return gt_libc.pwrite(fd, buffer, size, offset);
    struct iovec piece = {(void *)(uintptr_t)buffer, size};
    return gt_file_pwritev(fd, &piece, 1, offset, 0, "pwrite");
}

ssize_t gt_coop_pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room) {
    if (!offloads(offset) || size > room) return gt_libc.__pread_chk(fd, buffer, size, offset, room);
    return gt_coop_pread(fd, buffer, size, offset);
}

ssize_t gt_coop_preadv(int fd, const struct iovec *pieces, int count, off_t offset) {
    if (!offloads(offset)) return gt_libc.preadv(fd, pieces, count, offset);
    return gt_file_preadv(fd, pieces, count, offset, 0, "preadv");
}

ssize_t gt_coop_pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    if (!offloads(offset)) return gt_libc.pwritev(fd, pieces, count, offset);
    return gt_file_pwritev(fd, pieces, count, offset, 0, "pwritev");
}

/* With -1 as the offset these two are readv() and writev(), on sockets too. */

ssize_t gt_coop_preadv2(int fd, const struct iovec *pieces, int count, off_t offset, int flags) {
    if (gt_can_wait() && offset == -1 && flags == 0) return gt_coop_readv(fd, pieces, count);
    if (!offloads(offset)) return gt_libc.preadv2(fd, pieces, count, offset, flags);
    return gt_file_preadv(fd, pieces, count, offset, flags, "preadv2");
}

ssize_t gt_coop_pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags) {
    if (gt_can_wait() && offset == -1 && flags == 0) return gt_coop_writev(fd, pieces, count);
    if (!offloads(offset)) return gt_libc.pwritev2(fd, pieces, count, offset, flags);
    return gt_file_pwritev(fd, pieces, count, offset, flags, "pwritev2");
}
