/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Calls on files: nothing tells when a disk is ready, so they run on worker threads where that is asked for. */
#ifndef GT_FILE_CALLS_H
#define GT_FILE_CALLS_H

#include "CMonkeyPatch.h"

#pragma GCC visibility push(hidden)

/* Whether a call on a file goes to a worker thread here. */
static inline int gt_offloads_files(void) {
    return __builtin_expect(gt_libc_offloads_files, 0) && gt_can_wait();
}

/* Makes the system call on a worker thread; as syscall() otherwise. The greenlet is suspended until it is done. */
long gt_file_call(const char *why, long number, long first, long second, long third, long fourth, long fifth);

#pragma GCC visibility pop

#endif
