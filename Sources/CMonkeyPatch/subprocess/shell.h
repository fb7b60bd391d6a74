/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Commands for the shell, as system() and popen() run them. */
#ifndef GT_SHELL_H
#define GT_SHELL_H

#include <spawn.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

/* Starts `sh -c command`, after `actions` unless null. 0, or an errno value. */
int gt_start_shell(const char *command, const posix_spawn_file_actions_t *actions, pid_t *shell);
/* Suspends the greenlet until the shell is done, and returns its status; -1 if somebody else has reaped it, or if the
 * wait was interrupted: then the shell is killed first, since nobody is left who knows of it. */
int gt_wait_for_shell(pid_t shell);

/* popen()'s part in the child of a fork: nobody holds its lock there. */
void gt_popen_after_fork(void);

#pragma GCC visibility pop

#endif
