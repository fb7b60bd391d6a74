/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What changes files and directories: fsync(), rename(), mkdir() and the like.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "../waiting.h"
#include "file_calls.h"

int gt_coop_fsync(int fd) {
    if (!gt_offloads_files()) return gt_libc.fsync(fd);
    return (int)gt_file_call("fsync", SYS_fsync, fd, 0, 0, 0, 0);
}

int gt_coop_fdatasync(int fd) {
    if (!gt_offloads_files()) return gt_libc.fdatasync(fd);
    return (int)gt_file_call("fdatasync", SYS_fdatasync, fd, 0, 0, 0, 0);
}

int gt_coop_truncate(const char *path, off_t length) {
    if (!gt_offloads_files()) return gt_libc.truncate(path, length);
    return (int)gt_file_call("truncate", SYS_truncate, (long)path, length, 0, 0, 0);
}

int gt_coop_ftruncate(int fd, off_t length) {
    if (!gt_offloads_files()) return gt_libc.ftruncate(fd, length);
    return (int)gt_file_call("ftruncate", SYS_ftruncate, fd, length, 0, 0, 0);
}

int gt_coop_unlink(const char *path) {
    if (!gt_offloads_files()) return gt_libc.unlink(path);
    return (int)gt_file_call("unlink", SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0);
}

int gt_coop_unlinkat(int directory, const char *path, int flags) {
    if (!gt_offloads_files()) return gt_libc.unlinkat(directory, path, flags);
    return (int)gt_file_call("unlinkat", SYS_unlinkat, directory, (long)path, flags, 0, 0);
}

int gt_coop_rename(const char *from, const char *to) {
    if (!gt_offloads_files()) return gt_libc.rename(from, to);
    return (int)gt_file_call("rename", SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}

int gt_coop_renameat(int from_directory, const char *from, int to_directory, const char *to) {
    if (!gt_offloads_files()) return gt_libc.renameat(from_directory, from, to_directory, to);
    return (int)gt_file_call("renameat", SYS_renameat2, from_directory, (long)from, to_directory, (long)to, 0);
}

int gt_coop_mkdir(const char *path, mode_t mode) {
    if (!gt_offloads_files()) return gt_libc.mkdir(path, mode);
    return (int)gt_file_call("mkdir", SYS_mkdirat, AT_FDCWD, (long)path, mode, 0, 0);
}

int gt_coop_mkdirat(int directory, const char *path, mode_t mode) {
    if (!gt_offloads_files()) return gt_libc.mkdirat(directory, path, mode);
    return (int)gt_file_call("mkdirat", SYS_mkdirat, directory, (long)path, mode, 0, 0);
}

int gt_coop_rmdir(const char *path) {
    if (!gt_offloads_files()) return gt_libc.rmdir(path);
    return (int)gt_file_call("rmdir", SYS_unlinkat, AT_FDCWD, (long)path, AT_REMOVEDIR, 0, 0);
}
