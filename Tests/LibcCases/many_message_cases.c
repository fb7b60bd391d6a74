/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Several messages in one call.
 */
#define _GNU_SOURCE
#include <time.h>

#include "cases.h"
#include "peer.h"

enum { ROOM = 4 };

typedef struct batch {
    char bytes[ROOM][16];
    struct iovec pieces[ROOM];
    struct mmsghdr messages[ROOM];
} batch;

static void prepare(batch *all) {
    memset(all, 0, sizeof *all);
    for (int i = 0; i < ROOM; i++) {
        all->pieces[i] = (struct iovec){all->bytes[i], sizeof all->bytes[i] - 1};
        all->messages[i].msg_hdr = (struct msghdr){.msg_iov = &all->pieces[i], .msg_iovlen = 1};
    }
}

static void note_batch(gt_case_run *run, const char *what, int result, const batch *all) {
    gt_note_result(run, what, result);
    for (int i = 0; i < result; i++) gt_note(run, "  %u '%s'", all->messages[i].msg_len, all->bytes[i]);
}

static void receives_as_many_as_asked(gt_case_run *run) {
    int pair[2];
    batch all;
    gt_peer peer;
    if (gt_udp_pair(run, pair)) return;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_SENDS, pair[1], "one", 0, 0},
                                   {40, GT_PEER_SENDS, pair[1], "two", 0, 0},
                                   {0, GT_PEER_SENDS, pair[1], "three", 0, 0},
                                   {40, GT_PEER_SENDS, pair[1], "four", 0, 0},
                                   {40, GT_PEER_SENDS, pair[1], "five", 0, 0},
                                   {0}});
    prepare(&all);
    note_batch(run, "recvmmsg", run->calls->recvmmsg(pair[0], all.messages, ROOM, 0, 0), &all);
    gt_note_waited(run, start, 0.120);
    prepare(&all);
    note_batch(run, "for one", run->calls->recvmmsg(pair[0], all.messages, ROOM, MSG_WAITFORONE, 0), &all);
    gt_note_waited(run, start, 0.160);
    note_batch(run, "at once", run->calls->recvmmsg(pair[0], all.messages, ROOM, MSG_DONTWAIT, 0), &all);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void timeout_is_between_messages(gt_case_run *run) {
    int pair[2];
    batch all;
    gt_peer peer;
    struct timespec limit = {.tv_nsec = 400000000}, wrong = {.tv_nsec = -1};
    if (gt_udp_pair(run, pair)) return;
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{20, GT_PEER_SENDS, pair[1], "one", 0, 0},
                                   {600, GT_PEER_SENDS, pair[1], "late", 0, 0},
                                   {200, GT_PEER_SENDS, pair[1], "later", 0, 0},
                                   {0}});
    prepare(&all);
    /* The time is looked at when a message has come, and no sooner. */
    note_batch(run, "recvmmsg", run->calls->recvmmsg(pair[0], all.messages, ROOM, 0, &limit), &all);
    gt_note_waited(run, start, 0.600);
    gt_note(run, "left %d.%09ld", (int)limit.tv_sec, limit.tv_nsec);
    gt_note_result(run, "wrong", run->calls->recvmmsg(pair[0], all.messages, ROOM, 0, &wrong));
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void socket_timeout_is_each_message_s(gt_case_run *run) {
    int pair[2];
    batch all;
    if (gt_udp_pair(run, pair)) return;
    gt_limit(run, pair[0], SO_RCVTIMEO, 60);
    double start = gt_now();
    prepare(&all);
    gt_note_result(run, "nothing", run->calls->recvmmsg(pair[0], all.messages, ROOM, 0, 0));
    gt_note_waited(run, start, 0.060);
    gt_setup(run, "send", (int)send(pair[1], "one", 3, 0));
    note_batch(run, "one", run->calls->recvmmsg(pair[0], all.messages, ROOM, 0, 0), &all);
    gt_note_waited(run, start, 0.120);
    gt_close_both(pair);
}

static void sends_all(gt_case_run *run) {
    int pair[2];
    static const char bytes[200000];
    gt_peer peer;
    struct iovec pieces[ROOM];
    struct mmsghdr messages[ROOM];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_shrink(run, pair);
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < ROOM; i++) {
        pieces[i] = (struct iovec){(void *)(uintptr_t)bytes, 100000 + (size_t)i};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_TAKES, pair[1], 0, 1 << 20, 0}, {0}});
    gt_note_result(run, "sendmmsg", run->calls->sendmmsg(pair[0], messages, ROOM, 0));
    gt_note_waited(run, start, 0.060);
    for (int i = 0; i < ROOM; i++) gt_note(run, "  %u", messages[i].msg_len);
    close(pair[0]);
    gt_peer_join(&peer);
    gt_note(run, "taken %zu", peer.taken);
    close(pair[1]);
}

static void wrong_arguments(gt_case_run *run) {
    batch all;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), pair[2];
    prepare(&all);
    if (gt_unix_pair(run, SOCK_DGRAM, pair)) return;
    close(pair[1]);
    gt_note_result(run, "no descriptor", run->calls->recvmmsg(-1, all.messages, ROOM, 0, 0));
    gt_note_result(run, "no socket", run->calls->recvmmsg(null, all.messages, ROOM, 0, 0));
    gt_note_result(run, "none to send", run->calls->sendmmsg(pair[0], all.messages, 0, 0));
    gt_note_result(run, "no socket to send", run->calls->sendmmsg(null, all.messages, ROOM, 0));
    gt_note_result(run, "nobody to send to", run->calls->sendmmsg(pair[0], all.messages, ROOM, MSG_NOSIGNAL));
    close(pair[0]);
    close(null);
}

static const gt_case cases[] = {
    {"recvmmsg: as many as asked for, MSG_WAITFORONE, MSG_DONTWAIT", receives_as_many_as_asked, 0, 0},
    {"recvmmsg: its own timeout", timeout_is_between_messages, 0, 0},
    {"recvmmsg: SO_RCVTIMEO", socket_timeout_is_each_message_s, 0, 0},
    {"sendmmsg: more than fits", sends_all, 0, 0},
    {"recvmmsg and sendmmsg: wrong arguments", wrong_arguments, 0, 0},
};

GT_CASE_TABLE(gt_many_message_cases, cases);
