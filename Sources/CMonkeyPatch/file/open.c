/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * open() and its kin.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/syscall.h>

#include "../waiting.h"
#include "file_calls.h"

/* The mode, which is passed only where a file may be made. */
static mode_t mode_of(int flags, va_list rest) {
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

static int open_there(const char *why, int directory, const char *path, int flags, mode_t mode) {
    return (int)gt_file_call(why, SYS_openat, directory, (long)path, flags | O_LARGEFILE, mode, 0);
}

int gt_coop_open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (!gt_offloads_files()) return gt_libc.open(path, flags, mode);
    return open_there("open", AT_FDCWD, path, flags, mode);
}

int gt_coop_openat(int directory, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (!gt_offloads_files()) return gt_libc.openat(directory, path, flags, mode);
    return open_there("openat", directory, path, flags, mode);
}

/* The fortified ones abort where a mode is missing. */
int gt_coop_open_2(const char *path, int flags) {
    int needs_mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
    if (!gt_offloads_files() || needs_mode) return gt_libc.__open_2(path, flags);
    return open_there("open", AT_FDCWD, path, flags, 0);
}

int gt_coop_openat_2(int directory, const char *path, int flags) {
    int needs_mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
    if (!gt_offloads_files() || needs_mode) return gt_libc.__openat_2(directory, path, flags);
    return open_there("openat", directory, path, flags, 0);
}

int gt_coop_creat(const char *path, mode_t mode) {
    if (!gt_offloads_files()) return gt_libc.creat(path, mode);
    return open_there("creat", AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
