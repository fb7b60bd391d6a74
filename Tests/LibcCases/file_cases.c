/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "file", with calls on files going to worker threads.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "cases.h"
#include "peer.h"

/* A folder of the case's own. */
typedef struct folder {
    char path[32], one[48], two[48];
} folder;

static int make_folder(gt_case_run *run, folder *made) {
    gt_libc_offloads_files = run->way == GT_WAY_INSIDE;
    strcpy(made->path, "/tmp/gtornado-files-XXXXXX");
    if (!mkdtemp(made->path)) return gt_setup(run, "mkdtemp", -1);
    snprintf(made->one, sizeof made->one, "%s/one", made->path);
    snprintf(made->two, sizeof made->two, "%s/two", made->path);
    return 0;
}

static void remove_folder(const folder *made) {
    gt_libc_offloads_files = 0;
    unlink(made->one);
    unlink(made->two);
    rmdir(made->one);
    rmdir(made->path);
}

static void opens_files(gt_case_run *run) {
    folder made;
    char text[16] = "";
    if (make_folder(run, &made)) return;
    gt_note_result(run, "not there", run->calls->open(made.one, O_RDONLY));
    int fd = gt_setup(run, "open", run->calls->open(made.one, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    gt_note_result(run, "there", run->calls->open(made.one, O_RDWR | O_CREAT | O_EXCL, 0640));
    gt_note_result(run, "write", run->calls->write(fd, "hello", 5));
    gt_note_result(run, "fsync", run->calls->fsync(fd));
    gt_note_result(run, "fdatasync", run->calls->fdatasync(fd));
    gt_note_result(run, "pread", run->calls->pread(fd, text, 3, 1));
    gt_note(run, "%s, flags %d", text, fcntl(fd, F_GETFD) == FD_CLOEXEC);
    gt_note_result(run, "ftruncate", run->calls->ftruncate(fd, 2));
    close(fd);
    int directory = gt_setup(run, "open", run->calls->open(made.path, O_RDONLY | O_DIRECTORY));
    fd = gt_setup(run, "openat", run->calls->openat(directory, "one", O_RDONLY));
    gt_note_result(run, "read", run->calls->read(fd, text, sizeof text));
    gt_note_result(run, "not for writing", run->calls->write(fd, "x", 1));
    close(fd);
    close(directory);
    fd = gt_setup(run, "creat", run->calls->creat(made.two, 0600));
    gt_note_result(run, "fsync of nothing", run->calls->fsync(-1));
    close(fd);
    remove_folder(&made);
}

static void looks_at_files(gt_case_run *run) {
    folder made;
    struct stat status;
    struct statx more;
    if (make_folder(run, &made)) return;
    int fd = gt_setup(run, "open", open(made.one, O_WRONLY | O_CREAT, 0640));
    gt_setup(run, "write", (int)write(fd, "hello", 5));
    close(fd);
    gt_setup(run, "symlink", symlink("one", made.two));
    gt_note_result(run, "stat", run->calls->stat(made.two, &status));
    gt_note(run, "size %ld mode %o", (long)status.st_size, (unsigned)status.st_mode);
    gt_note_result(run, "lstat", run->calls->lstat(made.two, &status));
    gt_note(run, "link %d", S_ISLNK(status.st_mode));
    gt_note_result(run, "fstatat", run->calls->fstatat(AT_FDCWD, made.two, &status, AT_SYMLINK_NOFOLLOW));
    gt_note(run, "link %d", S_ISLNK(status.st_mode));
    gt_note_result(run, "statx", run->calls->statx(AT_FDCWD, made.one, 0, STATX_SIZE, &more));
    gt_note(run, "size %d", (int)more.stx_size);
    gt_note_result(run, "access", run->calls->access(made.one, R_OK));
    gt_note_result(run, "access", run->calls->access("/no/such", R_OK));
    gt_note_result(run, "stat", run->calls->stat("/no/such", &status));
    gt_note_result(run, "bad address", run->calls->stat((const char *)8, &status));
    remove_folder(&made);
}

static void changes_files(gt_case_run *run) {
    folder made;
    struct stat status;
    if (make_folder(run, &made)) return;
    close(gt_setup(run, "open", open(made.one, O_WRONLY | O_CREAT, 0640)));
    gt_note_result(run, "truncate", run->calls->truncate(made.one, 10));
    gt_note_result(run, "rename", run->calls->rename(made.one, made.two));
    gt_note_result(run, "again", run->calls->rename(made.one, made.two));
    gt_note_result(run, "stat", stat(made.two, &status));
    gt_note(run, "size %ld", (long)status.st_size);
    gt_note_result(run, "mkdir", run->calls->mkdir(made.one, 0700));
    gt_note_result(run, "again", run->calls->mkdir(made.one, 0700));
    gt_note_result(run, "unlink", run->calls->unlink(made.one));
    gt_note_result(run, "rmdir", run->calls->rmdir(made.one));
    gt_note_result(run, "rmdir", run->calls->rmdir(made.path));
    gt_note_result(run, "unlink", run->calls->unlink(made.two));
    remove_folder(&made);
}

/* ----- locks ----- */

static void locks_files(gt_case_run *run) {
    folder made;
    gt_peer peer;
    if (make_folder(run, &made)) return;
    int one = gt_setup(run, "open", open(made.one, O_RDWR | O_CREAT, 0600)), other = open(made.one, O_RDWR);
    gt_note_result(run, "flock", run->calls->flock(one, LOCK_EX));
    gt_note_result(run, "at once", run->calls->flock(other, LOCK_EX | LOCK_NB));
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_CLOSES, one, 0, 0, 0}, {0}});
    gt_note_result(run, "later", run->calls->flock(other, LOCK_SH));
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_note_result(run, "unlock", run->calls->flock(other, LOCK_UN));
    gt_note_result(run, "no operation", run->calls->flock(other, 77));
    gt_note_result(run, "lockf", run->calls->lockf(other, F_LOCK, 0));
    gt_note_result(run, "lockf", run->calls->lockf(other, F_ULOCK, 0));
    gt_note_result(run, "no command", run->calls->lockf(other, 77, 0));
    close(other);
    gt_note_result(run, "closed", run->calls->flock(other, LOCK_EX));
    gt_note_result(run, "closed", run->calls->lockf(other, F_LOCK, 0));
    remove_folder(&made);
}

/* Two open files of one process: in plain libc the second lock would wait for ever. */
typedef struct holder {
    gt_case_run *run;
    const folder *made;
    int result, ended;
} holder;

static void lock_in_greenlet(void *context) {
    holder *self = context;
    int fd = gt_setup(self->run, "open", open(self->made->one, O_RDWR | O_CREAT, 0600));
    self->result = self->run->calls->flock(fd, LOCK_EX);
    gt_note_result(self->run, "flock", self->result);
    self->run->calls->usleep(100000);
    gt_note(self->run, "unlock");
    close(fd);
    self->ended = 1;
}

static void greenlets_take_turns(gt_case_run *run) {
    folder made;
    if (make_folder(run, &made)) return;
    holder first = {run, &made, -1, 0}, second = {run, &made, -1, 0};
    gt_greenlets.spawn(lock_in_greenlet, &first, "first", 0);
    gt_greenlets.spawn(lock_in_greenlet, &second, "second", 0);
    for (int turn = 0; turn < 1000 && !(first.ended && second.ended); turn++) run->calls->usleep(10000);
    remove_folder(&made);
}

static const gt_case cases[] = {
    {"open and its kin", opens_files, 0, GT_CASE_ALONE},
    {"stat and its kin", looks_at_files, 0, GT_CASE_ALONE},
    {"rename, mkdir and the like", changes_files, 0, GT_CASE_ALONE},
    {"flock and lockf", locks_files, 0, GT_CASE_ALONE},
    {"flock: greenlets take turns", greenlets_take_turns, "flock = 0\nunlock\nflock = 0\nunlock\n", GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_file_cases, cases);
