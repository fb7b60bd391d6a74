/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Buffers in pieces. */
#ifndef GT_IOVEC_H
#define GT_IOVEC_H

#include <stddef.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

/* What is left of somebody's pieces: a copy, since theirs must stay as they are. */
typedef struct gt_iovec_rest {
    struct iovec *pieces;
    size_t count;
    struct iovec few[8]; /* `pieces`, where these are enough */
    struct iovec *all;   /* what gt_iovec_free() frees */
} gt_iovec_rest;

/* Whether these are pieces that the kernel would take, and have no byte. */
int gt_iovec_is_empty(const struct iovec *pieces, int count);
size_t gt_iovec_size(const struct iovec *pieces, size_t count);
/* Copies them, without the first `skip` bytes. Returns 0; -1 if there is no memory. */
int gt_iovec_copy(gt_iovec_rest *rest, const struct iovec *pieces, size_t count, size_t skip);
void gt_iovec_skip(gt_iovec_rest *rest, size_t bytes);
void gt_iovec_free(gt_iovec_rest *rest);

#pragma GCC visibility pop

#endif
