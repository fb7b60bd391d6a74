/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * posix_spawn() and posix_spawnp().
 */
#define _GNU_SOURCE
#include "../signal/held_signals.h"
#include "../waiting.h"

/* These do not wait. But a new program starts with the thread's signal mask, which is not the caller's own while a
 * greenlet holds signals back in pause(), nor on a worker thread: then the attributes say it. Returns those to use. */
static const posix_spawnattr_t *with_own_mask(posix_spawnattr_t *copy, const posix_spawnattr_t *attributes) {
    sigset_t mask;
    short flags = 0;
    if (!gt_own_mask(&mask)) return attributes;
    if (attributes && posix_spawnattr_getflags(attributes, &flags) != 0) return attributes;
    if (flags & POSIX_SPAWN_SETSIGMASK) return attributes;
    if (attributes) {
        *copy = *attributes;
    } else {
        posix_spawnattr_init(copy);
    }
    posix_spawnattr_setsigmask(copy, &mask);
    posix_spawnattr_setflags(copy, (short)(flags | POSIX_SPAWN_SETSIGMASK));
    return copy;
}

int gt_coop_posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
    posix_spawnattr_t copy;
    return gt_libc.posix_spawn(child, path, actions, with_own_mask(&copy, attributes), arguments, environment);
}

int gt_coop_posix_spawnp(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
    posix_spawnattr_t copy;
    return gt_libc.posix_spawnp(child, file, actions, with_own_mask(&copy, attributes), arguments, environment);
}
