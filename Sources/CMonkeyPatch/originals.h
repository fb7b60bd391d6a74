/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * libc's own functions, by name: what the cooperative ones call. Define _GNU_SOURCE before including this. */
#ifndef GT_ORIGINALS_H
#define GT_ORIGINALS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "CMonkeyPatch.h"
#include "aliases.h"

#pragma GCC visibility push(hidden)

/* One member a call, of libc's own type: `gt_libc.recv(...)`. Null where this libc has none of that name. */
struct gt_originals {
#define GT_CALL(name, cooperative, FAMILY) __typeof__(&name) name;
#include "calls.def"
#undef GT_CALL
};

/* Filled in by gt_libc_prepare(), and never changed after that. */
extern struct gt_originals gt_libc;

/* The cooperative functions have the types of those that they stand in for. */
#define GT_CALL(name, cooperative, FAMILY) extern __typeof__(name) cooperative;
#include "calls.def"
#undef GT_CALL

#pragma GCC visibility pop

#endif
