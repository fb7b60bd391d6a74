/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Receiving: what is there, what comes later, and what never does.
 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "cases.h"
#include "peer.h"

/* ----- at once, later, at the end ----- */

static void there_at_once(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_setup(run, "send", (int)send(pair[1], "hello", 5, 0));
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_close_both(pair);
}

static void comes_later(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "hello", 0, 0}, {0}});
    errno = 0;
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note(run, "errno %d", errno);
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void end_comes_later(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SHUTS, pair[1], 0, 0, 0}, {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note_bytes(run, "again", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void reset_comes_later(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_RESETS, pair[1], 0, 0, 0}, {0}});
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_note_result(run, "again", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_peer_join(&peer);
    close(pair[0]);
}

static void nothing_wanted(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    double start = gt_now();
    gt_note_result(run, "read", run->calls->read(pair[0], buffer, 0));
    gt_note_waited(run, start, 0.060);
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, 0, 0));
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* ----- flags ----- */

static void does_not_want_to_wait(gt_case_run *run) {
    int pair[2], on = 1;
    char buffer[16];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_note_result(run, "MSG_DONTWAIT", run->calls->recv(pair[0], buffer, sizeof buffer, MSG_DONTWAIT));
    gt_setup(run, "FIONBIO", run->calls->ioctl(pair[0], FIONBIO, &on));
    gt_note_result(run, "O_NONBLOCK", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_note_result(run, "MSG_WAITALL", run->calls->recv(pair[0], buffer, sizeof buffer, MSG_WAITALL));
    gt_note_result(run, "read", run->calls->read(pair[0], buffer, sizeof buffer));
    gt_close_both(pair);
}

static void flags_stay(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "hello", 0, 0}, {0}});
    int before = fcntl(pair[0], F_GETFL);
    run->calls->recv(pair[0], buffer, sizeof buffer, 0);
    gt_note(run, "flags %x %x", before, fcntl(pair[0], F_GETFL));
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void waits_for_all(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{30, GT_PEER_SENDS, pair[1], "abc", 0, 0},
                                   {30, GT_PEER_SENDS, pair[1], "def", 0, 0},
                                   {30, GT_PEER_SENDS, pair[1], "ghij", 0, 0},
                                   {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, MSG_WAITALL), buffer);
    gt_note_bytes(run, "rest", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void end_before_all(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{30, GT_PEER_SENDS, pair[1], "abc", 0, 0},
                                   {30, GT_PEER_SHUTS, pair[1], 0, 0, 0},
                                   {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, MSG_WAITALL), buffer);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* The error is the next call's. */
static void reset_before_all(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{30, GT_PEER_SENDS, pair[1], "abc", 0, 0},
                                   {60, GT_PEER_RESETS, pair[1], 0, 0, 0},
                                   {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, MSG_WAITALL), buffer);
    gt_note_result(run, "next", run->calls->recv(pair[0], buffer, 8, 0));
    gt_note_result(run, "last", run->calls->recv(pair[0], buffer, 8, 0));
    gt_peer_join(&peer);
    close(pair[0]);
}

static void timeout_before_all(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_limit(run, pair[0], SO_RCVTIMEO, 80);
    gt_setup(run, "send", (int)send(pair[1], "abc", 3, 0));
    double start = gt_now();
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, MSG_WAITALL), buffer);
    gt_note_waited(run, start, 0.080);
    gt_close_both(pair);
}

static void peeks(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{30, GT_PEER_SENDS, pair[1], "abc", 0, 0},
                                   {50, GT_PEER_SENDS, pair[1], "def", 0, 0},
                                   {0}});
    gt_note_bytes(run, "peek", run->calls->recv(pair[0], buffer, 8, MSG_PEEK), buffer);
    gt_note_bytes(run, "peek all", run->calls->recv(pair[0], buffer, 6, MSG_PEEK | MSG_WAITALL), buffer);
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, 0), buffer);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void error_queue_is_empty(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    struct iovec piece = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (gt_udp_pair(run, pair)) return;
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, MSG_ERRQUEUE));
    gt_note_result(run, "recvmsg", run->calls->recvmsg(pair[0], &message, MSG_ERRQUEUE));
    gt_close_both(pair);
}

static void no_urgent_byte(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    if (gt_tcp_pair(run, pair)) return;
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, 1, MSG_OOB));
    gt_close_both(pair);
}

/* ----- timeouts ----- */

static void times_out(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    struct iovec piece = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (gt_udp_pair(run, pair)) return;
    gt_limit(run, pair[0], SO_RCVTIMEO, 60);
    double start = gt_now();
    gt_note_result(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "read", run->calls->read(pair[0], buffer, sizeof buffer));
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "recvmsg", run->calls->recvmsg(pair[0], &message, 0));
    gt_note_waited(run, start, 0.180);
    gt_note_result(run, "recvfrom",
                   run->calls->recvfrom(pair[0], buffer, sizeof buffer, 0, (struct sockaddr *)&address, &length));
    gt_note_waited(run, start, 0.240);
    gt_close_both(pair);
}

/* ----- datagrams, addresses, control data ----- */

static void datagrams_keep_their_ends(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_udp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{50, GT_PEER_SENDS, pair[1], "one", 0, 0},
                                   {0, GT_PEER_SENDS, pair[1], "twotwo", 0, 0},
                                   {0, GT_PEER_SENDS, pair[1], "", 0, 0},
                                   {0, GT_PEER_SENDS, pair[1], "three", 0, 0},
                                   {0}});
    gt_note_bytes(run, "all", run->calls->recv(pair[0], buffer, sizeof buffer, MSG_WAITALL), buffer);
    memset(buffer, 0, sizeof buffer);
    gt_note_bytes(run, "cut", run->calls->recv(pair[0], buffer, 3, MSG_TRUNC), buffer);
    gt_note_bytes(run, "empty", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note_bytes(run, "read", run->calls->read(pair[0], buffer, sizeof buffer), buffer);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void tells_the_sender(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    struct sockaddr_storage from, expected;
    socklen_t length = sizeof from, expected_length;
    gt_peer peer;
    if (gt_udp_pair(run, pair)) return;
    gt_peer_start(run, &peer, (gt_peer_step[]){{50, GT_PEER_SENDS, pair[1], "hello", 0, 0}, {0}});
    ssize_t got = run->calls->recvfrom(pair[0], buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    gt_note_bytes(run, "recvfrom", got, buffer);
    gt_setup(run, "getsockname", gt_address_of(pair[1], &expected, &expected_length));
    gt_note(run, "address %d %s", (int)length, memcmp(&from, &expected, length) ? "differs" : "is the peer's");
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void descriptors_come_along(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    char out[] = "fd", in[8];
    char sent[CMSG_SPACE(sizeof(int))] = {0}, received[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec out_piece = {out, 2}, in_pieces[] = {{in, 1}, {in + 1, 7}};
    struct msghdr message = {
        .msg_iov = &out_piece, .msg_iovlen = 1, .msg_control = sent, .msg_controllen = sizeof sent};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
    gt_note_result(run, "sendmsg", run->calls->sendmsg(pair[1], &message, 0));
    struct msghdr answer = {
        .msg_iov = in_pieces, .msg_iovlen = 2, .msg_control = received, .msg_controllen = sizeof received};
    /* The descriptor ends it, MSG_WAITALL or not. */
    gt_limit(run, pair[0], SO_RCVTIMEO, 50);
    gt_note_bytes(run, "recvmsg", run->calls->recvmsg(pair[0], &answer, MSG_WAITALL | MSG_CMSG_CLOEXEC), in);
    gt_note(run, "control %zu flags %x", (size_t)answer.msg_controllen, answer.msg_flags & ~MSG_CMSG_CLOEXEC);
    int got = -1;
    if (answer.msg_controllen > 0) memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&answer)), sizeof got);
    gt_note_result(run, "send by it", send(got, "x", 1, 0));
    close(got);
    gt_close_both(pair);
}

static void pieces_are_filled(gt_case_run *run) {
    int pair[2];
    char one[4] = "", two[4] = "", three[8] = "";
    struct iovec pieces[] = {{one, 3}, {two, 0}, {two, 3}, {three, 6}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 4};
    gt_peer peer;
    if (gt_tcp_pair(run, pair)) return;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{50, GT_PEER_SENDS, pair[1], "abcd", 0, 0},
                                   {60, GT_PEER_SENDS, pair[1], "efghijkl", 0, 0},
                                   {60, GT_PEER_SENDS, pair[1], "mnop", 0, 0},
                                   {0}});
    gt_note_result(run, "readv", run->calls->readv(pair[0], pieces, 4));
    gt_note(run, "%s|%s|%s", one, two, three);
    gt_note_result(run, "recvmsg", run->calls->recvmsg(pair[0], &message, MSG_WAITALL));
    gt_note(run, "%s|%s|%s, pieces as before: %d", one, two, three,
            pieces[0].iov_base == one && pieces[3].iov_len == 6);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* What is compiled with _FORTIFY_SOURCE calls these. */
static void fortified(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    gt_peer peer;
    if (gt_udp_pair(run, pair)) return;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_SENDS, pair[1], "one", 0, 0},
                                   {40, GT_PEER_SENDS, pair[1], "two", 0, 0},
                                   {40, GT_PEER_SENDS, pair[1], "three", 0, 0},
                                   {0}});
    gt_note_bytes(run, "__recv_chk", run->calls->__recv_chk(pair[0], buffer, 9, sizeof buffer, 0), buffer);
    gt_note_bytes(run, "__read_chk", run->calls->__read_chk(pair[0], buffer, 9, sizeof buffer), buffer);
    ssize_t got = run->calls->__recvfrom_chk(pair[0], buffer, 9, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    gt_note_bytes(run, "__recvfrom_chk", got, buffer);
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "__pread_chk", run->calls->__pread_chk(pair[0], buffer, 9, 0, sizeof buffer));
    gt_note_result(run, "__pread64_chk", run->calls->__pread64_chk(pair[0], buffer, 9, 0, sizeof buffer));
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* ----- what is wrong ----- */

/* The compiler must not see what is wrong. */
static volatile int too_many = 5000, fewer_than_none = -1;

static void wrong_arguments(gt_case_run *run) {
    char buffer[16];
    struct iovec piece = {buffer, sizeof buffer};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), listener = gt_tcp_listener(run, 1);
    gt_note_result(run, "no descriptor", run->calls->recv(-1, buffer, sizeof buffer, 0));
    gt_note_result(run, "read of none", run->calls->read(-1, buffer, sizeof buffer));
    gt_note_result(run, "no socket", run->calls->recv(null, buffer, sizeof buffer, 0));
    gt_note_result(run, "not connected", run->calls->recv(listener, buffer, sizeof buffer, 0));
    gt_note_result(run, "read not connected", run->calls->read(listener, buffer, sizeof buffer));
    gt_note_result(run, "no pieces", run->calls->readv(null, &piece, 0));
    gt_note_result(run, "too many pieces", run->calls->readv(null, &piece, too_many));
    gt_note_result(run, "too many pieces, socket", run->calls->readv(listener, &piece, too_many));
    gt_note_result(run, "fewer than none", run->calls->readv(null, &piece, fewer_than_none));
    close(null);
    close(listener);
}

/* Of nothing, a vector call is no call at all: it takes no datagram, and sends none. */
static void pieces_of_nothing(gt_case_run *run) {
    int pair[2], stream[2];
    char buffer[8];
    struct iovec nothing[] = {{buffer, 0}, {buffer, 0}};
    if (gt_unix_pair(run, SOCK_DGRAM, pair) || gt_unix_pair(run, SOCK_STREAM, stream)) return;
    gt_note_result(run, "readv of a stream", run->calls->readv(stream[0], nothing, 2));
    gt_note_result(run, "readv of none", run->calls->readv(pair[0], nothing, 2));
    gt_setup(run, "send", (int)send(pair[1], "datagram", 8, 0));
    gt_note_result(run, "readv", run->calls->readv(pair[0], nothing, 2));
    gt_note_result(run, "it is there still", recv(pair[0], buffer, sizeof buffer, MSG_DONTWAIT));
    gt_note_result(run, "writev", run->calls->writev(pair[1], nothing, 2));
    gt_note_result(run, "none was sent", recv(pair[0], buffer, sizeof buffer, MSG_DONTWAIT));
    gt_note_result(run, "of no descriptor", run->calls->readv(-1, nothing, 2));
    gt_close_both(pair);
    gt_close_both(stream);
}

static const gt_case cases[] = {
    {"recv: what is there at once", there_at_once, 0, 0},
    {"recv: what comes later", comes_later, 0, 0},
    {"recv: the end comes later", end_comes_later, 0, 0},
    {"recv: ECONNRESET while it waits", reset_comes_later, 0, 0},
    {"recv and read: of no bytes", nothing_wanted, 0, 0},
    {"recv: MSG_DONTWAIT, and O_NONBLOCK by ioctl", does_not_want_to_wait, 0, 0},
    {"readv and writev: of no bytes", pieces_of_nothing, 0, 0},
    {"recv: the descriptor's flags stay", flags_stay, 0, 0},
    {"recv: MSG_WAITALL in pieces", waits_for_all, 0, 0},
    {"recv: MSG_WAITALL, the end comes first", end_before_all, 0, 0},
    {"recv: MSG_WAITALL, ECONNRESET comes first", reset_before_all, 0, 0},
    {"recv: MSG_WAITALL, SO_RCVTIMEO comes first", timeout_before_all, 0, 0},
    {"recv: MSG_PEEK, alone and with MSG_WAITALL", peeks, 0, 0},
    {"recv and recvmsg: MSG_ERRQUEUE of nothing", error_queue_is_empty, 0, 0},
    {"recv: MSG_OOB of nothing", no_urgent_byte, 0, 0},
    {"recv read recvmsg recvfrom: SO_RCVTIMEO", times_out, 0, 0},
    {"recv and read: datagrams", datagrams_keep_their_ends, 0, 0},
    {"recvfrom: the sender's address", tells_the_sender, 0, 0},
    {"sendmsg and recvmsg: descriptors", descriptors_come_along, 0, 0},
    {"readv and recvmsg: pieces", pieces_are_filled, 0, 0},
    {"__recv_chk __read_chk __recvfrom_chk __pread_chk __pread64_chk", fortified, 0, 0},
    {"recv read readv: wrong arguments", wrong_arguments, 0, 0},
};

GT_CASE_TABLE(gt_receive_cases, cases);
