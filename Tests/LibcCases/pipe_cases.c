/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Pipes, terminals, event and timer descriptors, and files.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

#include "cases.h"
#include "peer.h"

enum { LARGE = 1 << 20 };

static int make_pipe(gt_case_run *run, int ends[2]) {
    return gt_setup(run, "pipe2", pipe2(ends, O_CLOEXEC));
}

/* A pipe with a name is another kind of file to the kernel. */
static int make_fifo(gt_case_run *run, int ends[2]) {
    char folder[] = "/tmp/gtornado-fifo-XXXXXX", path[64];
    if (!mkdtemp(folder)) return gt_setup(run, "mkdtemp", -1);
    snprintf(path, sizeof path, "%s/fifo", folder);
    int result = gt_setup(run, "mkfifo", mkfifo(path, 0600));
    ends[0] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ends[1] = gt_setup(run, "open", open(path, O_WRONLY | O_CLOEXEC));
    fcntl(ends[0], F_SETFL, O_RDONLY);
    unlink(path);
    rmdir(folder);
    return result;
}

static void reads_later(gt_case_run *run, const int ends[2]) {
    char one[3] = "", two[6] = "";
    struct iovec pieces[] = {{one, 2}, {two, 5}};
    gt_peer peer;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_WRITES, ends[1], "hello", 0, 0},
                                   {60, GT_PEER_WRITES, ends[1], "there", 0, 0},
                                   {60, GT_PEER_CLOSES, ends[1], 0, 0, 0},
                                   {0}});
    char buffer[16];
    gt_note_bytes(run, "read", run->calls->read(ends[0], buffer, sizeof buffer), buffer);
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "readv", run->calls->readv(ends[0], pieces, 2));
    gt_note(run, "%s|%s", one, two);
    gt_note_result(run, "at the end", run->calls->read(ends[0], buffer, sizeof buffer));
    gt_note_waited(run, start, 0.180);
    gt_peer_join(&peer);
    close(ends[0]);
}

static void pipe_is_read(gt_case_run *run) {
    int ends[2];
    if (!make_pipe(run, ends)) reads_later(run, ends);
}

static void fifo_is_read(gt_case_run *run) {
    int ends[2];
    if (!make_fifo(run, ends)) reads_later(run, ends);
}

static void writes_much(gt_case_run *run, const int ends[2]) {
    char *bytes = calloc(1, LARGE);
    struct iovec pieces[] = {{bytes, 0}, {bytes, 70000}, {bytes, 3}, {bytes, 100000}};
    gt_peer peer;
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, ends[0], 0, 4 * LARGE, 0}, {0}});
    gt_note_result(run, "write", run->calls->write(ends[1], bytes, LARGE));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "writev", run->calls->writev(ends[1], pieces, 4));
    close(ends[1]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(ends[0]);
    free(bytes);
}

static void pipe_is_written(gt_case_run *run) {
    int ends[2];
    if (!make_pipe(run, ends)) writes_much(run, ends);
}

static void fifo_is_written(gt_case_run *run) {
    int ends[2];
    if (!make_fifo(run, ends)) writes_much(run, ends);
}

static void does_not_want_to_wait(gt_case_run *run) {
    int ends[2];
    char *bytes = calloc(1, LARGE);
    if (make_pipe(run, ends)) return;
    for (int i = 0; i < 2; i++) gt_setup(run, "F_SETFL", run->calls->fcntl(ends[i], F_SETFL, O_NONBLOCK));
    gt_note_result(run, "read", run->calls->read(ends[0], bytes, 10));
    gt_note_result(run, "write", run->calls->write(ends[1], bytes, LARGE));
    gt_note_result(run, "again", run->calls->write(ends[1], bytes, 10));
    gt_note_result(run, "read", run->calls->read(ends[0], bytes, 100));
    gt_note_result(run, "not enough room for all", run->calls->write(ends[1], bytes, PIPE_BUF));
    gt_close_both(ends);
    free(bytes);
}

/* A writer of whole records sees them whole, however full the pipe is. */
static void small_writes_stay_whole(gt_case_run *run) {
    int ends[2];
    char *record = calloc(1, PIPE_BUF), *filling = calloc(1, LARGE);
    struct iovec halves[] = {{record, PIPE_BUF / 2}, {record, PIPE_BUF / 2}};
    gt_peer peer;
    if (make_pipe(run, ends)) return;
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    ssize_t filled = write(ends[1], filling, LARGE);
    fcntl(ends[1], F_SETFL, 0);
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_TAKES, ends[0], 0, PIPE_BUF / 2, 0},
                                   {40, GT_PEER_TAKES, ends[0], 0, PIPE_BUF / 2, 0},
                                   {40, GT_PEER_TAKES, ends[0], 0, PIPE_BUF, 0},
                                   {0}});
    gt_note(run, "filled %zd", filled);
    gt_note_result(run, "write", run->calls->write(ends[1], record, PIPE_BUF));
    gt_note_waited(run, start, 0.080);
    gt_note_result(run, "writev", run->calls->writev(ends[1], halves, 2));
    gt_note_waited(run, start, 0.120);
    gt_peer_join(&peer);
    gt_close_both(ends);
    free(record);
    free(filling);
}

/* SIGPIPE is the thread's own: blocked, and then asked for. */
static void reader_has_gone(gt_case_run *run) {
    int ends[2], pair[2];
    sigset_t broken, before;
    struct timespec none = {0};
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    if (make_pipe(run, ends) || gt_unix_pair(run, SOCK_STREAM, pair)) return;
    close(ends[0]);
    gt_note_result(run, "write", run->calls->write(ends[1], "x", 1));
    gt_note(run, "signal %d", sigtimedwait(&broken, 0, &none));
    close(pair[1]);
    gt_note_result(run, "socket", run->calls->write(pair[0], "x", 1));
    gt_note(run, "signal %d", sigtimedwait(&broken, 0, &none));
    pthread_sigmask(SIG_SETMASK, &before, 0);
    close(ends[1]);
    close(pair[0]);
}

/* ----- descriptors that count ----- */

static void event_is_awaited(gt_case_run *run) {
    uint64_t number = 0;
    gt_peer peer;
    int event = gt_setup(run, "eventfd", eventfd(0, EFD_CLOEXEC));
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_WRITES, event, "\1\1\1\1\1\1\1\1", 0, 0}, {0}});
    gt_note_result(run, "read", run->calls->read(event, &number, sizeof number));
    gt_note_waited(run, start, 0.060);
    gt_note(run, "number %llx", (unsigned long long)number);
    gt_note_result(run, "too small", run->calls->read(event, &number, 4));
    gt_peer_join(&peer);
    number = 1;
    gt_note_result(run, "write", run->calls->write(event, &number, sizeof number));
    close(event);
}

static void timer_is_awaited(gt_case_run *run) {
    uint64_t count = 0;
    struct itimerspec setting = {.it_value = {.tv_nsec = 60000000}};
    int timer = gt_setup(run, "timerfd", timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    gt_setup(run, "timerfd_settime", timerfd_settime(timer, 0, &setting, 0));
    double start = gt_now();
    gt_note_result(run, "read", run->calls->read(timer, &count, sizeof count));
    gt_note_waited(run, start, 0.060);
    gt_note(run, "count %d", (int)count);
    close(timer);
}

/* ----- terminals ----- */

static void terminal_is_read(gt_case_run *run) {
    char name[64], line[64];
    gt_peer peer;
    int terminal = gt_setup(run, "posix_openpt", posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    grantpt(terminal);
    unlockpt(terminal);
    gt_setup(run, "ptsname", -ptsname_r(terminal, name, sizeof name));
    int user = gt_setup(run, "open", open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_WRITES, terminal, "hel", 0, 0},
                                   {40, GT_PEER_WRITES, terminal, "lo\n", 0, 0},
                                   {0}});
    gt_note_bytes(run, "a line", run->calls->read(user, line, sizeof line), line);
    gt_note_waited(run, start, 0.080);
    gt_note_result(run, "write", run->calls->write(user, "answer\n", 7));
    gt_peer_join(&peer);
    close(user);
    close(terminal);
}

/* ----- files ----- */

static void files_do_not_wait(gt_case_run *run) {
    char path[] = "/tmp/gtornado-file-XXXXXX", buffer[32];
    struct iovec pieces[] = {{"abc", 3}, {"defg", 4}}, room[] = {{buffer, 2}, {buffer + 2, 20}};
    int fd = gt_setup(run, "mkstemp", mkstemp(path));
    unlink(path);
    gt_note_result(run, "write", run->calls->write(fd, "hello", 5));
    gt_note_result(run, "writev", run->calls->writev(fd, pieces, 2));
    gt_note_result(run, "pwrite", run->calls->pwrite(fd, "J", 1, 0));
    gt_note_result(run, "pwritev", run->calls->pwritev(fd, pieces, 2, 12));
    gt_note_result(run, "at", lseek(fd, 0, SEEK_CUR));
    gt_note_result(run, "at the end", run->calls->read(fd, buffer, sizeof buffer) + run->calls->read(fd, buffer, 1));
    lseek(fd, 0, SEEK_SET);
    gt_note_bytes(run, "readv", run->calls->readv(fd, room, 2), buffer);
    gt_note_bytes(run, "pread", run->calls->pread(fd, buffer, 4, 3), buffer);
    gt_note_bytes(run, "preadv", run->calls->preadv(fd, room, 1, 1), buffer);
    gt_note_bytes(run, "preadv2", run->calls->preadv2(fd, room, 1, 2, 0), buffer);
    lseek(fd, 1, SEEK_SET);
    gt_note_bytes(run, "preadv2 here", run->calls->preadv2(fd, room, 1, -1, 0), buffer);
    gt_note_result(run, "pwritev2 here", run->calls->pwritev2(fd, pieces, 1, -1, 0));
    gt_note_result(run, "before the start", run->calls->pread(fd, buffer, 4, -1));
    close(fd);
    fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gt_note_result(run, "folder", run->calls->read(fd, buffer, 4));
    close(fd);
    fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
    gt_note_result(run, "/dev/zero", run->calls->read(fd, buffer, 32));
    gt_note_result(run, "/dev/zero", run->calls->write(fd, buffer, 32));
    close(fd);
}

/* The same with the patch "file", where worker threads do it. */
static void files_are_offloaded(gt_case_run *run) {
    gt_libc_offloads_files = run->way == GT_WAY_INSIDE;
    files_do_not_wait(run);
    gt_libc_offloads_files = 0;
}

static void no_position(gt_case_run *run) {
    int ends[2], pair[2];
    char buffer[8];
    struct iovec piece = {buffer, sizeof buffer};
    gt_peer peer;
    if (make_pipe(run, ends) || gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_note_result(run, "pread", run->calls->pread(ends[0], buffer, 4, 0));
    gt_note_result(run, "pwrite", run->calls->pwrite(pair[0], buffer, 4, 0));
    /* Without a position preadv2() is readv(), and waits. */
    gt_peer_start(run, &peer, (gt_peer_step[]){{50, GT_PEER_SENDS, pair[1], "hello", 0, 0}, {0}});
    gt_note_result(run, "preadv2", run->calls->preadv2(pair[0], &piece, 1, -1, 0));
    gt_note_result(run, "RWF_NOWAIT", run->calls->preadv2(pair[0], &piece, 1, -1, RWF_NOWAIT));
    gt_peer_join(&peer);
    gt_close_both(ends);
    gt_close_both(pair);
}

static const gt_case cases[] = {
    {"read and readv: a pipe", pipe_is_read, 0, 0},
    {"read and readv: a named pipe", fifo_is_read, 0, 0},
    {"write and writev: a pipe", pipe_is_written, 0, 0},
    {"write and writev: a named pipe", fifo_is_written, 0, 0},
    {"read and write: a pipe with O_NONBLOCK", does_not_want_to_wait, 0, 0},
    {"write and writev: PIPE_BUF bytes into a full pipe", small_writes_stay_whole, 0, 0},
    {"write: EPIPE and SIGPIPE", reader_has_gone, 0, 0},
    {"read and write: an eventfd", event_is_awaited, 0, 0},
    {"read: a timerfd", timer_is_awaited, 0, 0},
    {"read and write: a terminal", terminal_is_read, 0, 0},
    {"read write pread pwrite preadv pwritev preadv2 pwritev2: files", files_do_not_wait, 0, 0},
    {"read write pread pwrite preadv pwritev preadv2 pwritev2: files, on worker threads", files_are_offloaded, 0,
     GT_CASE_ALONE},
    {"pread pwrite preadv2: what has no position", no_position, 0, 0},
};

GT_CASE_TABLE(gt_pipe_cases, cases);
