/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Closing and replacing descriptors, their flags and locks.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/time.h>

#include "cases.h"
#include "peer.h"

static void closes(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_note_result(run, "close", run->calls->close(pair[0]));
    gt_note_result(run, "again", run->calls->close(pair[0]));
    gt_note_result(run, "of none", run->calls->close(-1));
    char buffer[4];
    gt_note_result(run, "the peer sees the end", recv(pair[1], buffer, sizeof buffer, 0));
    close(pair[1]);
}

/* close() with SO_LINGER waits until all has arrived, or the time is up. */
static void close_lingers(gt_case_run *run) {
    int pair[2];
    char buffer[65536] = {0};
    struct linger linger = {.l_onoff = 1, .l_linger = 1};
    if (gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    while (send(pair[0], buffer, sizeof buffer, MSG_DONTWAIT) > 0) {}
    gt_setup(run, "SO_LINGER", setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    double start = gt_now();
    gt_note_result(run, "close", run->calls->close(pair[0]));
    gt_note_waited(run, start, 1.0);
    close(pair[1]);
}

static void replaces(gt_case_run *run) {
    int pair[2], other[2];
    char buffer[4];
    if (gt_unix_pair(run, SOCK_STREAM, pair) || gt_unix_pair(run, SOCK_STREAM, other)) return;
    gt_note(run, "dup2 %s", run->calls->dup2(pair[0], other[0]) == other[0] ? "gives the number" : "fails");
    gt_note_result(run, "the peer sees the end", recv(other[1], buffer, sizeof buffer, 0));
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    gt_note_result(run, "recv by it", run->calls->recv(other[0], buffer, sizeof buffer, 0));
    gt_note(run, "dup3 %s", run->calls->dup3(pair[1], other[0], O_CLOEXEC) == other[0] ? "gives the number" : "fails");
    gt_note(run, "flags %x", run->calls->fcntl(other[0], F_GETFD));
    gt_note_result(run, "dup3 of itself", run->calls->dup3(pair[0], pair[0], 0));
    gt_note(run, "dup2 of itself %d", run->calls->dup2(pair[0], pair[0]) == pair[0]);
    gt_note_result(run, "dup2 of none", run->calls->dup2(-1, pair[0]));
    gt_note_result(run, "dup2 to none", run->calls->dup2(pair[0], -1));
    gt_note_result(run, "still open", send(pair[0], "x", 1, 0));
    gt_close_both(pair);
    gt_close_both(other);
}

/* A duplicate shares the flag, and both see a change. */
static void flag_is_shared(gt_case_run *run) {
    int pair[2];
    char buffer[4];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int twin = gt_setup(run, "F_DUPFD", run->calls->fcntl(pair[0], F_DUPFD_CLOEXEC, 20));
    gt_note(run, "F_DUPFD %s", twin >= 20 ? "keeps the least number" : "fails");
    gt_setup(run, "F_SETFL", run->calls->fcntl(twin, F_SETFL, O_NONBLOCK));
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_setup(run, "F_SETFL", run->calls->fcntl(pair[0], F_SETFL, 0));
    gt_limit(run, pair[0], SO_RCVTIMEO, 60);
    double start = gt_now();
    gt_note_result(run, "recv", run->calls->recv(twin, buffer, sizeof buffer, 0));
    gt_note_waited(run, start, 0.060);
    close(twin);
    gt_close_both(pair);
}

/* The reader is woken by the kernel: shutdown() itself is not patched. */
static void shutdown_wakes(gt_case_run *run) {
    int pair[2];
    char buffer[4];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_SHUTS, pair[0], 0, 0, 0},
                                   {60, GT_PEER_SHUTS, pair[1], 0, 0, 0},
                                   {0}});
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "send", run->calls->send(pair[0], "x", 1, MSG_NOSIGNAL));
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void waits_for_a_lock(gt_case_run *run) {
    char path[] = "/tmp/gtornado-lock-XXXXXX";
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET}, free = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    int first = gt_setup(run, "mkstemp", mkstemp(path)), second = open(path, O_RDWR | O_CLOEXEC);
    unlink(path);
    gt_note_result(run, "F_OFD_SETLKW", run->calls->fcntl(first, F_OFD_SETLKW, &all));
    gt_note_result(run, "F_OFD_SETLK", run->calls->fcntl(second, F_OFD_SETLK, &all));
    gt_note_result(run, "unlock", run->calls->fcntl(first, F_OFD_SETLK, &free));
    gt_note_result(run, "F_OFD_SETLKW", run->calls->fcntl(second, F_OFD_SETLKW, &all));
    close(first);
    close(second);
}

static const gt_case cases[] = {
    {"close: once, twice, of none", closes, 0, GT_CASE_ALONE},
    {"close: SO_LINGER", close_lingers, 0, 0},
    {"dup2 and dup3: replace", replaces, 0, 0},
    {"fcntl: a duplicate shares O_NONBLOCK", flag_is_shared, 0, 0},
    {"recv and send: shutdown while it waits", shutdown_wakes, 0, 0},
    {"fcntl: F_OFD_SETLKW", waits_for_a_lock, 0, 0},
};

GT_CASE_TABLE(gt_close_cases, cases);
