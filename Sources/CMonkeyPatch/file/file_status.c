/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * stat() and its kin, and access().
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "../waiting.h"
#include "file_calls.h"

/* The kernel's structure is libc's on the two processors that gtornado runs on, and both are of 64 bits. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "stat and stat64 differ");

static int status_of(const char *why, int directory, const char *path, void *status, int flags) {
    return (int)gt_file_call(why, SYS_newfstatat, directory, (long)path, (long)status, flags, 0);
}

int gt_coop_stat(const char *path, struct stat *status) {
    if (!gt_offloads_files()) return gt_libc.stat(path, status);
    return status_of("stat", AT_FDCWD, path, status, 0);
}

int gt_coop_stat64(const char *path, struct stat64 *status) {
    if (!gt_offloads_files()) return gt_libc.stat64(path, status);
    return status_of("stat", AT_FDCWD, path, status, 0);
}

int gt_coop_lstat(const char *path, struct stat *status) {
    if (!gt_offloads_files()) return gt_libc.lstat(path, status);
    return status_of("lstat", AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int gt_coop_lstat64(const char *path, struct stat64 *status) {
    if (!gt_offloads_files()) return gt_libc.lstat64(path, status);
    return status_of("lstat", AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int gt_coop_fstatat(int directory, const char *path, struct stat *status, int flags) {
    if (!gt_offloads_files()) return gt_libc.fstatat(directory, path, status, flags);
    return status_of("fstatat", directory, path, status, flags);
}

int gt_coop_fstatat64(int directory, const char *path, struct stat64 *status, int flags) {
    if (!gt_offloads_files()) return gt_libc.fstatat64(directory, path, status, flags);
    return status_of("fstatat", directory, path, status, flags);
}

int gt_coop_statx(int directory, const char *path, int flags, unsigned wanted, struct statx *status) {
    if (!gt_offloads_files()) return gt_libc.statx(directory, path, flags, wanted, status);
    return (int)gt_file_call("statx", SYS_statx, directory, (long)path, flags, wanted, (long)status);
}

int gt_coop_access(const char *path, int mode) {
    if (!gt_offloads_files()) return gt_libc.access(path, mode);
    return (int)gt_file_call("access", SYS_faccessat, AT_FDCWD, (long)path, mode, 0, 0);
}
