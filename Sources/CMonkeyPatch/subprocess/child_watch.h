/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting for children to change state, without SIGCHLD: that signal is the app's. */
#ifndef GT_CHILD_WATCH_H
#define GT_CHILD_WATCH_H

#include <sys/types.h>
#include <sys/wait.h>

#pragma GCC visibility push(hidden)

/* Whom to wait for, as in waitid(). Begin with `told` 0. */
typedef struct gt_child_watch {
    idtype_t which;
    id_t id;
    int stops; /* also for children that stop or go on: looked for every 20 ms, since no descriptor tells */
    int told;  /* the last wait was ended by a child */
} gt_child_watch;

/* Suspends the greenlet until one of the children may have something to tell: the caller asks libc with WNOHANG, and
 * comes back if there was nothing. An exit ends it at once; of children that were started meanwhile, within 0.1 s. 0,
 * or the code that it was interrupted with, negative. errno is left alone. */
int gt_watch_children(gt_child_watch *watch, const char *why);

/* Kills a child, and waits on a worker thread until it is gone. errno is left alone. */
void gt_end_child(pid_t child);

#pragma GCC visibility pop

#endif
