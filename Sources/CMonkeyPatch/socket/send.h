/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Sending, for those that are send calls by another name. */
#ifndef GT_SEND_H
#define GT_SEND_H

#include <sys/socket.h>

#include "blocking.h"

#pragma GCC visibility push(hidden)

/* sendmsg() in a greenlet: everything, as a blocking socket does. */
ssize_t gt_send(gt_blocking *blocking, const struct msghdr *message, int flags);
/* What is left after a call has sent `sent` bytes of `message`: waits until all is sent. An error or the end of the
 * socket's timeout ends it early. Returns how much is sent in all. */
ssize_t gt_send_rest(gt_blocking *blocking, const struct msghdr *message, int flags, size_t sent);

#pragma GCC visibility pop

#endif
