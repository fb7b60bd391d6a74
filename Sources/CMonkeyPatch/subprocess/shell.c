/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Running a command in the shell.
 */
#define _GNU_SOURCE
#include "shell.h"

#include "../waiting.h"
#include "child_watch.h"

extern char **environ;

int gt_start_shell(const char *command, const posix_spawn_file_actions_t *actions, pid_t *shell) {
    char *const arguments[] = {"sh", "-c", "--", (char *)command, 0};
    return gt_coop_posix_spawn(shell, "/bin/sh", actions, 0, arguments, environ);
}

int gt_wait_for_shell(pid_t shell) {
    int status;
    for (;;) {
        if (gt_coop_waitpid(shell, &status, 0) == shell) return status;
        if (errno == EINTR && !gt_interrupted()) continue;
        if (gt_interrupted() && errno != ECHILD) gt_end_child(shell);
        return -1;
    }
}
