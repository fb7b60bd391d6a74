/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Programs that are to ignore hang-ups, started by a process that handles them. */
#ifndef GT_HANGUP_SPAWN_H
#define GT_HANGUP_SPAWN_H

#include "CSpawn.h"

#pragma GCC visibility push(hidden)

/* Whether hang-ups were ignored when this image was loaded, as nohup asks for, and are handled now: children are to ignore
 * them all the same. */
int gt_hangup_is_handled_for_us_alone(void);
/* gt_spawn_start() for that case: posix_spawn() gives what its caller handles back to the default, which ends the child.
 * `copies` are the descriptors beyond 2 that are to become 0, 1 and 2; -1: the caller's own. */
int gt_spawn_without_hangups(const gt_spawn *spawn, const int copies[3], pid_t *id);

#pragma GCC visibility pop

#endif
