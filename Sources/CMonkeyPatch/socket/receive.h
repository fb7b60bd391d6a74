/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Receiving, for those that are receive calls by another name. */
#ifndef GT_RECEIVE_H
#define GT_RECEIVE_H

#include <sys/socket.h>

#include "blocking.h"

#pragma GCC visibility push(hidden)

/* recvmsg() in a greenlet. */
ssize_t gt_receive(gt_blocking *blocking, struct msghdr *message, int flags);

/* With these flags a receive call never waits. */
enum { GT_RECEIVES_AT_ONCE = MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB };

#pragma GCC visibility pop

#endif
