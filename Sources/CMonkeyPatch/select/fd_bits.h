/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The three sets of a select(), kept while it waits. */
#ifndef GT_FD_BITS_H
#define GT_FD_BITS_H

#include <poll.h>
#include <stddef.h>
#include <sys/select.h>

#pragma GCC visibility push(hidden)

typedef struct gt_fd_bits {
    int count;     /* select()'s first argument, no more than the process has room for */
    size_t bytes;  /* of each set */
    fd_set *sets[3]; /* the caller's: read, write, except; null where it has none */
    unsigned char *saved; /* what the caller asked for: three sets, in one block */
    unsigned char few[3 * sizeof(fd_set)];
} gt_fd_bits;

/* Takes a copy of what the caller asks for. 0, or -ENOMEM. */
int gt_fd_bits_save(gt_fd_bits *bits, int count, fd_set *reads, fd_set *writes, fd_set *excepts);
/* Puts the caller's sets back as they were. */
void gt_fd_bits_restore(gt_fd_bits *bits);
void gt_fd_bits_free(gt_fd_bits *bits);
/* The same question for poll(): one entry a descriptor, `fds` null just counts them. */
size_t gt_fd_bits_poll(const gt_fd_bits *bits, struct pollfd *fds);

#pragma GCC visibility pop

#endif
