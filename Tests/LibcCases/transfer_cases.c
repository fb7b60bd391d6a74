/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Moving bytes between descriptors.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "cases.h"
#include "peer.h"

enum { SIZE = 300000 };

/* A file of SIZE bytes without a name. */
static int make_file(gt_case_run *run) {
    char path[] = "/tmp/gtornado-file-XXXXXX";
    char *bytes = malloc(SIZE);
    for (int i = 0; bytes && i < SIZE; i++) bytes[i] = (char)('a' + i % 23);
    int fd = gt_setup(run, "mkstemp", mkstemp(path));
    unlink(path);
    gt_setup(run, "write", write(fd, bytes, SIZE) == SIZE ? 0 : -1);
    lseek(fd, 0, SEEK_SET);
    free(bytes);
    return fd;
}

static int make_pipe(gt_case_run *run, int ends[2]) {
    return gt_setup(run, "pipe2", pipe2(ends, O_CLOEXEC));
}

/* ----- sendfile ----- */

static void file_to_socket(gt_case_run *run) {
    int pair[2], fd = make_file(run);
    off_t offset = 100000;
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 4 * SIZE, 0}, {0}});
    gt_note_result(run, "from where it stands", run->calls->sendfile(pair[0], fd, 0, 250000));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "it stands at", lseek(fd, 0, SEEK_CUR));
    gt_note_result(run, "from an offset, to the end", run->calls->sendfile(pair[0], fd, &offset, SIZE));
    gt_note(run, "offset %ld", (long)offset);
    gt_note_result(run, "it stands at", lseek(fd, 0, SEEK_CUR));
    gt_note_result(run, "at the end", run->calls->sendfile(pair[0], fd, &offset, 10));
    gt_note_result(run, "of nothing", run->calls->sendfile(pair[0], fd, 0, 0));
    close(pair[0]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(pair[1]);
    close(fd);
}

static void bytes_are_the_file_s(gt_case_run *run) {
    int pair[2], fd = make_file(run);
    off_t offset = 22;
    char buffer[32];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_note_result(run, "sendfile", run->calls->sendfile(pair[0], fd, &offset, 10));
    gt_note_bytes(run, "recv", recv(pair[1], buffer, sizeof buffer, 0), buffer);
    gt_close_both(pair);
    close(fd);
}

static void file_to_slow_socket(gt_case_run *run) {
    int pair[2], fd = make_file(run);
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_shrink(run, pair);
    gt_limit(run, pair[0], SO_SNDTIMEO, 60);
    double start = gt_now();
    ssize_t sent = run->calls->sendfile(pair[0], fd, 0, SIZE);
    gt_note(run, "sendfile %s", sent > 0 && sent < SIZE ? "a part" : "wrong");
    gt_note_waited(run, start, 0.060);
    gt_note(run, "it stands there: %d", lseek(fd, 0, SEEK_CUR) == sent);
    gt_note_result(run, "again", run->calls->sendfile(pair[0], fd, 0, SIZE));
    int on = 1;
    gt_setup(run, "FIONBIO", run->calls->ioctl(pair[0], FIONBIO, &on));
    gt_note_result(run, "O_NONBLOCK", run->calls->sendfile(pair[0], fd, 0, SIZE));
    gt_close_both(pair);
    close(fd);
}

static void file_to_pipe(gt_case_run *run) {
    int ends[2], fd = make_file(run), copy = make_file(run);
    off_t offset = 200000;
    gt_peer peer;
    if (make_pipe(run, ends)) return;
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, ends[0], 0, 4 * SIZE, 0}, {0}});
    gt_note_result(run, "what fits", run->calls->sendfile(ends[1], fd, 0, 250000));
    gt_note_result(run, "it stands at", lseek(fd, 0, SEEK_CUR));
    gt_note(run, "more %d", run->calls->sendfile(ends[1], fd, 0, 250000) > 0);
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "to a file", run->calls->sendfile(copy, fd, &offset, 1000));
    close(ends[1]);
    gt_peer_join(&peer);
    gt_note(run, "all taken %d", (off_t)peer.taken == lseek(fd, 0, SEEK_CUR));
    close(ends[0]);
    close(fd);
    close(copy);
}

static void sendfile_wrong_arguments(gt_case_run *run) {
    int pair[2], fd = make_file(run), written = open("/dev/null", O_WRONLY | O_CLOEXEC);
    off_t before = -1;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_note_result(run, "to none", run->calls->sendfile(-1, fd, 0, 10));
    gt_note_result(run, "from none", run->calls->sendfile(pair[0], -1, 0, 10));
    gt_note_result(run, "from before the start", run->calls->sendfile(pair[0], fd, &before, 10));
    gt_note_result(run, "from what is only written", run->calls->sendfile(pair[0], written, 0, 10));
    gt_close_both(pair);
    close(fd);
    close(written);
}

/* ----- splice ----- */

static void socket_to_pipe_to_socket(gt_case_run *run) {
    int pair[2], ends[2], out[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair) || make_pipe(run, ends) || gt_unix_pair(run, SOCK_STREAM, out)) return;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "hello", 0, 0},
                                   {60, GT_PEER_SHUTS, pair[1], 0, 0, 0},
                                   {0}});
    gt_note_result(run, "from a socket", run->calls->splice(pair[0], 0, ends[1], 0, 1000, 0));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "to a socket", run->calls->splice(ends[0], 0, out[0], 0, 1000, 0));
    gt_note_bytes(run, "recv", recv(out[1], buffer, sizeof buffer, 0), buffer);
    gt_note_result(run, "at the end", run->calls->splice(pair[0], 0, ends[1], 0, 1000, 0));
    gt_note_waited(run, start, 0.120);
    gt_peer_join(&peer);
    gt_close_both(pair);
    gt_close_both(ends);
    gt_close_both(out);
}

static void pipe_to_slow_socket(gt_case_run *run) {
    int ends[2], pair[2];
    char *bytes = calloc(1, 60000);
    size_t moved = 0;
    gt_peer peer;
    if (make_pipe(run, ends) || gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{80, GT_PEER_TAKES, pair[1], 0, 2 * SIZE, 0}, {0}});
    for (int i = 0; i < 10; i++) {
        gt_setup(run, "write", write(ends[1], bytes, 60000) == 60000 ? 0 : -1);
        for (ssize_t left = 60000, part = 1; left > 0 && part > 0; left -= part) {
            part = run->calls->splice(ends[0], 0, pair[0], 0, (size_t)left, 0);
            if (part > 0) moved += (size_t)part;
        }
    }
    gt_note(run, "moved %zu", moved);
    gt_note_waited(run, start, 0.080);
    gt_close_both(ends);
    close(pair[0]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(pair[1]);
    free(bytes);
}

static void pipe_to_pipe(gt_case_run *run) {
    int in[2], out[2];
    gt_peer peer;
    if (make_pipe(run, in) || make_pipe(run, out)) return;
    gt_note_result(run, "at once", run->calls->splice(in[0], 0, out[1], 0, 100, SPLICE_F_NONBLOCK));
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_WRITES, in[1], "hello", 0, 0},
                                   {60, GT_PEER_CLOSES, in[1], 0, 0, 0},
                                   {0}});
    gt_note_result(run, "later", run->calls->splice(in[0], 0, out[1], 0, 100, 0));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "at the end", run->calls->splice(in[0], 0, out[1], 0, 100, 0));
    gt_note_waited(run, start, 0.120);
    gt_peer_join(&peer);
    close(in[0]);
    gt_close_both(out);
}

static void splice_wrong_arguments(gt_case_run *run) {
    int pair[2], ends[2], fd = make_file(run);
    off64_t offset = 0;
    if (gt_unix_pair(run, SOCK_STREAM, pair) || make_pipe(run, ends)) return;
    gt_note_result(run, "no pipe", run->calls->splice(fd, 0, pair[0], 0, 10, 0));
    gt_note_result(run, "none", run->calls->splice(-1, 0, ends[1], 0, 10, 0));
    gt_note_result(run, "a pipe has no offset", run->calls->splice(fd, 0, ends[1], &offset, 10, 0));
    gt_note_result(run, "a file's", run->calls->splice(fd, &offset, ends[1], 0, 10, 0));
    gt_note(run, "offset %ld", (long)offset);
    gt_close_both(pair);
    gt_close_both(ends);
    close(fd);
}

/* Nothing is there to be moved: whoever waits first, waits for ever. */
static void splice_refuses_at_once(gt_case_run *run) {
    int pair[2], other[2], ends[2], more[2];
    off64_t offset = 0;
    if (gt_unix_pair(run, SOCK_STREAM, pair) || gt_unix_pair(run, SOCK_STREAM, other)) return;
    if (make_pipe(run, ends) || make_pipe(run, more)) return;
    int read_only = gt_setup(run, "open", open("/dev/null", O_RDONLY | O_CLOEXEC));
    int append = gt_setup(run, "open", open("/dev/null", O_WRONLY | O_APPEND | O_CLOEXEC));
    int path = gt_setup(run, "open", open("/dev/null", O_PATH | O_CLOEXEC));
    gt_note_result(run, "socket to socket", run->calls->splice(pair[0], 0, other[0], 0, 10, 0));
    gt_note_result(run, "a pipe to itself", run->calls->splice(ends[0], 0, ends[1], 0, 10, 0));
    gt_note_result(run, "offset of the pipe read", run->calls->splice(ends[0], &offset, pair[0], 0, 10, 0));
    gt_note_result(run, "offset of the pipe written", run->calls->splice(pair[0], 0, ends[1], &offset, 10, 0));
    gt_note_result(run, "offset of the socket read", run->calls->splice(pair[0], &offset, ends[1], 0, 10, 0));
    gt_note_result(run, "offset of the socket written", run->calls->splice(ends[0], 0, pair[0], &offset, 10, 0));
    gt_note_result(run, "from the end to write to", run->calls->splice(ends[1], 0, pair[0], 0, 10, 0));
    gt_note_result(run, "into the end to read from", run->calls->splice(pair[0], 0, ends[0], 0, 10, 0));
    gt_note_result(run, "between wrong ends", run->calls->splice(ends[1], 0, more[0], 0, 10, 0));
    gt_note_result(run, "into a file to read from", run->calls->splice(ends[0], 0, read_only, 0, 10, 0));
    gt_note_result(run, "into a file to append to", run->calls->splice(ends[0], 0, append, 0, 10, 0));
    gt_note_result(run, "into a path", run->calls->splice(ends[0], 0, path, 0, 10, 0));
    gt_note_result(run, "flags", run->calls->splice(ends[0], 0, more[1], 0, 10, 1 << 20));
    gt_close_both(pair);
    gt_close_both(other);
    gt_close_both(ends);
    gt_close_both(more);
    close(read_only);
    close(append);
    close(path);
}

static const gt_case cases[] = {
    {"sendfile: more than fits into a socket", file_to_socket, 0, 0},
    {"sendfile: the right bytes", bytes_are_the_file_s, 0, 0},
    {"sendfile: SO_SNDTIMEO and O_NONBLOCK", file_to_slow_socket, 0, 0},
    {"sendfile: more than fits into a pipe", file_to_pipe, 0, 0},
    {"sendfile: wrong arguments", sendfile_wrong_arguments, 0, 0},
    {"splice: socket to pipe to socket", socket_to_pipe_to_socket, 0, 0},
    {"splice: a pipe to a slow socket", pipe_to_slow_socket, 0, 0},
    {"splice: pipe to pipe", pipe_to_pipe, 0, 0},
    {"splice: wrong arguments", splice_wrong_arguments, 0, 0},
    {"splice: refusals at once", splice_refuses_at_once, 0, 0},
};

GT_CASE_TABLE(gt_transfer_cases, cases);
