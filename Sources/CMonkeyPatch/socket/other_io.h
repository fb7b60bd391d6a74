/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reading and writing what is no socket: pipes, terminals, event and timer descriptors, and files. */
#ifndef GT_OTHER_IO_H
#define GT_OTHER_IO_H

#include <sys/uio.h>

#include "blocking.h"

#pragma GCC visibility push(hidden)

/* readv() in a greenlet. */
ssize_t gt_read_other(gt_blocking *blocking, const struct iovec *pieces, int count);
/* writev() in a greenlet. */
ssize_t gt_write_other(gt_blocking *blocking, const struct iovec *pieces, int count);

#pragma GCC visibility pop

#endif
