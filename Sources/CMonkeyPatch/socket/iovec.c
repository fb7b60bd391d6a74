/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Buffers in pieces.
 */
#include "iovec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's own limit. */
enum { MOST_PIECES = 1024 };

size_t gt_iovec_size(const struct iovec *pieces, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += pieces[i].iov_len;
    return size;
}

int gt_iovec_is_empty(const struct iovec *pieces, int count) {
    if (!pieces || count <= 0 || count > MOST_PIECES) return 0;
    for (int i = 0; i < count; i++) {
        if (pieces[i].iov_len > 0) return 0;
    }
    return 1;
}

int gt_iovec_copy(gt_iovec_rest *rest, const struct iovec *pieces, size_t count, size_t skip) {
    rest->all = 0;
    rest->pieces = rest->few;
    rest->count = count;
    if (count > sizeof rest->few / sizeof rest->few[0]) {
        rest->pieces = rest->all = malloc(count * sizeof *pieces);
        if (!rest->all) return -1;
    }
    memcpy(rest->pieces, pieces, count * sizeof *pieces);
    gt_iovec_skip(rest, skip);
    return 0;
}

void gt_iovec_skip(gt_iovec_rest *rest, size_t bytes) {
    while (rest->count > 0 && bytes >= rest->pieces->iov_len) {
        bytes -= rest->pieces->iov_len;
        rest->pieces++;
        rest->count--;
    }
    if (rest->count == 0) return;
    rest->pieces->iov_base = (uint8_t *)rest->pieces->iov_base + bytes;
    rest->pieces->iov_len -= bytes;
}

void gt_iovec_free(gt_iovec_rest *rest) {
    free(rest->all);
}
