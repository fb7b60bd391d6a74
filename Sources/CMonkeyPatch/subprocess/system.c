/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * system().
 */
#define _GNU_SOURCE
#include "../waiting.h"
#include "shell.h"

/* libc has the process ignore SIGINT and SIGQUIT and blocks SIGCHLD until the command is done. That suits a caller that
 * does nothing but wait; here others are served meanwhile, whom SIGINT must be able to stop and who have children of
 * their own. So these stay as they are. */
int gt_coop_system(const char *command) {
    sigset_t mask;
    /* On a worker thread libc's would start the shell with every signal blocked. */
    if (!gt_can_wait() && !gt_worker_mask(&mask)) return gt_libc.system(command);
    if (!command) return gt_coop_system("exit 0") == 0;
    int saved = errno;
    pid_t shell;
    int error = gt_start_shell(command, 0, &shell);
    if (error) {
        /* As if the shell had exited with 127: POSIX has it so. */
        errno = error;
        return W_EXITCODE(127, 0);
    }
    int status = gt_wait_for_shell(shell);
    if (status != -1) errno = saved;
    return status;
}
