/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Sending: everything, a part, and nothing.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/uio.h>

#include "cases.h"
#include "peer.h"

enum { LARGE = 1 << 20 };

static char *pattern(size_t size) {
    char *bytes = malloc(size);
    for (size_t i = 0; bytes && i < size; i++) bytes[i] = (char)('a' + i % 23);
    return bytes;
}

/* ----- everything is sent ----- */

static void more_than_fits(gt_case_run *run) {
    int pair[2];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    char *bytes = pattern(LARGE);
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 4 * LARGE, 0}, {0}});
    gt_note_result(run, "send", run->calls->send(pair[0], bytes, LARGE, 0));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "write", run->calls->write(pair[0], bytes, LARGE));
    gt_note_result(run, "sendto", run->calls->sendto(pair[0], bytes, LARGE, MSG_NOSIGNAL, 0, 0));
    close(pair[0]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(pair[1]);
    free(bytes);
}

static void pieces_more_than_fit(gt_case_run *run) {
    int pair[2];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_shrink(run, pair);
    char *bytes = pattern(LARGE);
    struct iovec pieces[20];
    for (int i = 0; i < 20; i++) pieces[i] = (struct iovec){bytes + i * 1000, i == 7 ? 0 : (size_t)i * 997};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 20};
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 4 * LARGE, 0}, {0}});
    gt_note_result(run, "writev", run->calls->writev(pair[0], pieces, 20));
    gt_note_result(run, "sendmsg", run->calls->sendmsg(pair[0], &message, 0));
    gt_note(run, "pieces as before: %d", pieces[0].iov_base == bytes && pieces[19].iov_len == 19 * 997);
    close(pair[0]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(pair[1]);
    free(bytes);
}

/* In the order they were given, byte for byte. */
static void bytes_arrive_in_order(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct iovec pieces[] = {{"abc", 3}, {"", 0}, {"defg", 4}, {"h", 1}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 4};
    char buffer[32];
    gt_note_result(run, "writev", run->calls->writev(pair[0], pieces, 4));
    gt_note_result(run, "sendmsg", run->calls->sendmsg(pair[0], &message, MSG_MORE));
    gt_note_result(run, "send", run->calls->send(pair[0], "ij", 2, 0));
    gt_note_bytes(run, "recv", recv(pair[1], buffer, sizeof buffer, 0), buffer);
    gt_close_both(pair);
}

/* ----- not everything ----- */

static void does_not_want_to_wait(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_shrink(run, pair);
    char *bytes = pattern(LARGE);
    ssize_t sent = run->calls->send(pair[0], bytes, LARGE, MSG_DONTWAIT);
    gt_note(run, "send %s", sent > 0 && sent < LARGE ? "a part" : "wrong");
    gt_note_result(run, "again", run->calls->send(pair[0], bytes, LARGE, MSG_DONTWAIT));
    int flags = run->calls->fcntl(pair[0], F_GETFL);
    gt_setup(run, "F_SETFL", run->calls->fcntl(pair[0], F_SETFL, flags | O_NONBLOCK));
    gt_note_result(run, "O_NONBLOCK", run->calls->send(pair[0], bytes, LARGE, 0));
    gt_note_result(run, "write", run->calls->write(pair[0], bytes, LARGE));
    gt_close_both(pair);
    free(bytes);
}

static void times_out(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_shrink(run, pair);
    gt_limit(run, pair[0], SO_SNDTIMEO, 80);
    char *bytes = pattern(LARGE);
    double start = gt_now();
    ssize_t sent = run->calls->send(pair[0], bytes, LARGE, 0);
    gt_note(run, "send %s", sent > 0 && sent < LARGE ? "a part" : "wrong");
    gt_note_waited(run, start, 0.080);
    gt_note_result(run, "again", run->calls->send(pair[0], bytes, LARGE, 0));
    gt_note_waited(run, start, 0.160);
    gt_note_result(run, "write", run->calls->write(pair[0], bytes, LARGE));
    gt_close_both(pair);
    free(bytes);
}

/* The part that was sent is this call's, the error the next one's. */
static void reset_in_between(gt_case_run *run) {
    int pair[2];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    char *bytes = pattern(8 * LARGE);
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 10000, 0},
                                   {60, GT_PEER_RESETS, pair[1], 0, 0, 0},
                                   {0}});
    ssize_t sent = run->calls->send(pair[0], bytes, 8 * LARGE, MSG_NOSIGNAL);
    gt_note(run, "send %s", sent > 0 && sent < 8 * LARGE ? "a part" : "wrong");
    gt_note_result(run, "next", run->calls->send(pair[0], bytes, 10, MSG_NOSIGNAL));
    gt_note_result(run, "last", run->calls->send(pair[0], bytes, 10, MSG_NOSIGNAL));
    gt_peer_join(&peer);
    close(pair[0]);
    free(bytes);
}

static void peer_has_gone(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    close(pair[1]);
    gt_note_result(run, "send", run->calls->send(pair[0], "x", 1, MSG_NOSIGNAL));
    struct iovec piece = {"x", 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    gt_note_result(run, "sendmsg", run->calls->sendmsg(pair[0], &message, MSG_NOSIGNAL));
    close(pair[0]);
}

/* ----- datagrams ----- */

static void datagram_too_large(gt_case_run *run) {
    int pair[2];
    if (gt_udp_pair(run, pair)) return;
    char *bytes = pattern(70000);
    gt_note_result(run, "send", run->calls->send(pair[0], bytes, 70000, 0));
    gt_note_result(run, "write", run->calls->write(pair[0], bytes, 0));
    char buffer[8];
    gt_note_result(run, "an empty one arrives", recv(pair[1], buffer, sizeof buffer, 0));
    gt_close_both(pair);
    free(bytes);
}

/* The queue of a unix datagram socket holds a few only: the sender waits for the receiver. */
static void datagrams_wait_for_room(gt_case_run *run, int named) {
    int pair[2], sent = 0;
    gt_peer peer;
    struct sockaddr_storage address;
    socklen_t length;
    if (gt_unix_pair(run, SOCK_DGRAM, pair)) return;
    if (named) {
        /* A name of the kernel's choice. */
        close(pair[0]);
        sa_family_t family = AF_UNIX;
        gt_setup(run, "socket", pair[0] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        close(pair[1]);
        gt_setup(run, "socket", pair[1] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        gt_setup(run, "bind", bind(pair[1], (struct sockaddr *)&family, sizeof family));
        gt_setup(run, "getsockname", gt_address_of(pair[1], &address, &length));
    }
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 200 * 4, 0}, {0}});
    for (int i = 0; i < 200; i++) {
        ssize_t result = named ? run->calls->sendto(pair[0], "four", 4, 0, (struct sockaddr *)&address, length)
                               : run->calls->send(pair[0], "four", 4, 0);
        sent += result == 4;
    }
    gt_note(run, "sent %d", sent);
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    gt_close_both(pair);
}

static void connected_datagrams_wait(gt_case_run *run) {
    datagrams_wait_for_room(run, 0);
}

static void addressed_datagrams_wait(gt_case_run *run) {
    datagrams_wait_for_room(run, 1);
}

/* ----- what is wrong ----- */

/* The compiler must not see what is wrong. */
static volatile int too_many = 5000, fewer_than_none = -1;

static void wrong_arguments(gt_case_run *run) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), unconnected = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct iovec piece = {"x", 1};
    gt_note_result(run, "no descriptor", run->calls->send(-1, "x", 1, 0));
    gt_note_result(run, "write to none", run->calls->write(-1, "x", 1));
    gt_note_result(run, "no socket", run->calls->send(null, "x", 1, 0));
    gt_note_result(run, "write to /dev/null", run->calls->write(null, "x", 1));
    gt_note_result(run, "no address", run->calls->send(unconnected, "x", 1, 0));
    gt_note_result(run, "too many pieces", run->calls->writev(null, &piece, too_many));
    gt_note_result(run, "fewer than none", run->calls->writev(unconnected, &piece, fewer_than_none));
    gt_note_result(run, "no memory there", run->calls->send(unconnected, (void *)16, 8, 0));
    close(null);
    close(unconnected);
}

static const gt_case cases[] = {
    {"send write sendto: more than fits", more_than_fits, 0, 0},
    {"writev and sendmsg: more than fits", pieces_more_than_fit, 0, 0},
    {"writev sendmsg send: in order", bytes_arrive_in_order, 0, 0},
    {"send: MSG_DONTWAIT, and O_NONBLOCK by fcntl", does_not_want_to_wait, 0, 0},
    {"send: SO_SNDTIMEO", times_out, 0, 0},
    {"send: ECONNRESET after a part", reset_in_between, 0, 0},
    {"send and sendmsg: EPIPE", peer_has_gone, 0, 0},
    {"send and write: datagrams too large and empty", datagram_too_large, 0, 0},
    {"send: unix datagrams wait for room", connected_datagrams_wait, 0, 0},
    {"sendto: unix datagrams wait for room", addressed_datagrams_wait, 0, 0},
    {"send write writev: wrong arguments", wrong_arguments, 0, 0},
};

GT_CASE_TABLE(gt_send_cases, cases);
