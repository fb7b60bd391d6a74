/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reading and writing regular files: in place, or on a worker thread where the patch "file" is on. */
#ifndef GT_TRANSFER_H
#define GT_TRANSFER_H

#include <sys/types.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

ssize_t gt_file_readv(int fd, const struct iovec *pieces, int count);
ssize_t gt_file_writev(int fd, const struct iovec *pieces, int count);
/* At `offset`, 0 or more. */
ssize_t gt_file_preadv(int fd, const struct iovec *pieces, int count, off_t offset, int flags, const char *why);
ssize_t gt_file_pwritev(int fd, const struct iovec *pieces, int count, off_t offset, int flags, const char *why);

#pragma GCC visibility pop

#endif
