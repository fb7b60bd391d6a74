/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * O_NONBLOCK for the length of one call, where libc offers no other way to try it: connect() and accept().
 *
 * The flag belongs to the open file, which others may share. Within the process, fcntl() and ioctl() on such a
 * descriptor wait until the flag is as it was; another process that calls accept() in that microsecond may see
 * EAGAIN. */
#ifndef GT_NONBLOCKING_H
#define GT_NONBLOCKING_H

#pragma GCC visibility push(hidden)

/* 1 when the flag was set for the caller, who must call gt_nonblocking_end() next; 0 when the app has set it itself;
 * -1 when there is no such descriptor. */
int gt_nonblocking_begin(int fd);
/* Leaves errno alone. */
void gt_nonblocking_end(int fd);
/* Returns when no other thread is between the two for `fd`. */
void gt_nonblocking_settle(int fd);

#pragma GCC visibility pop

#endif
