/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Accepting.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/resource.h>

#include "cases.h"
#include "peer.h"

static int client(gt_case_run *run) {
    return gt_setup(run, "socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void note_accepted(gt_case_run *run, const char *what, int fd) {
    if (fd < 0) {
        gt_note_result(run, what, fd);
        return;
    }
    gt_note(run, "%s, flags %x %x", what, fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
    close(fd);
}

static void comes_later(gt_case_run *run) {
    struct sockaddr_storage from, expected;
    socklen_t length = sizeof from, expected_length;
    gt_peer peer;
    int listener = gt_tcp_listener(run, 4), fd = client(run), second = client(run);
    double start = gt_now();
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_CONNECTS, fd, 0, 0, listener},
                                   {60, GT_PEER_CONNECTS, second, 0, 0, listener},
                                   {0}});
    int accepted = run->calls->accept(listener, (struct sockaddr *)&from, &length);
    gt_note_waited(run, start, 0.060);
    note_accepted(run, "accept", accepted);
    gt_setup(run, "getsockname", gt_address_of(fd, &expected, &expected_length));
    gt_note(run, "address %d %s", (int)length, memcmp(&from, &expected, length) ? "differs" : "is the peer's");
    note_accepted(run, "accept4", run->calls->accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC));
    gt_note(run, "the listener's flags %x", fcntl(listener, F_GETFL));
    gt_peer_join(&peer);
    close(fd);
    close(second);
    close(listener);
}

static void does_not_want_to_wait(gt_case_run *run) {
    int on = 1, listener = gt_tcp_listener(run, 4);
    gt_setup(run, "FIONBIO", run->calls->ioctl(listener, FIONBIO, &on));
    gt_note_result(run, "accept", run->calls->accept(listener, 0, 0));
    gt_note_result(run, "accept4", run->calls->accept4(listener, 0, 0, 0));
    gt_note(run, "flags %x", run->calls->fcntl(listener, F_GETFL));
    close(listener);
}

static void times_out(gt_case_run *run) {
    int listener = gt_tcp_listener(run, 4);
    gt_limit(run, listener, SO_RCVTIMEO, 80);
    double start = gt_now();
    gt_note_result(run, "accept", run->calls->accept(listener, 0, 0));
    gt_note_waited(run, start, 0.080);
    close(listener);
}

static void wrong_arguments(gt_case_run *run) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), idle = client(run), listener = gt_tcp_listener(run, 1);
    int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    gt_note_result(run, "no descriptor", run->calls->accept(-1, 0, 0));
    gt_note_result(run, "no socket", run->calls->accept(null, 0, 0));
    gt_note_result(run, "no listener", run->calls->accept(idle, 0, 0));
    gt_note_result(run, "datagrams", run->calls->accept(datagrams, 0, 0));
    gt_note_result(run, "unknown flags", run->calls->accept4(listener, 0, 0, 1));
    close(null);
    close(idle);
    close(datagrams);
    close(listener);
}

/* Nothing is accepted, and nothing is lost: the connection is there when there is room. */
static void no_descriptors_left(gt_case_run *run) {
    struct rlimit limit, none;
    gt_peer peer;
    int listener = gt_tcp_listener(run, 4), fd = client(run), next = gt_setup(run, "dup", dup(fd));
    close(next);
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = (rlim_t)next;
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_CONNECTS, fd, 0, 0, listener}, {0}});
    poll(0, 0, 150);
    gt_setup(run, "setrlimit", setrlimit(RLIMIT_NOFILE, &none));
    gt_note_result(run, "accept", run->calls->accept(listener, 0, 0));
    gt_note_result(run, "F_DUPFD", run->calls->fcntl(fd, F_DUPFD, 0));
    gt_note_result(run, "dup2", run->calls->dup2(fd, next));
    gt_setup(run, "setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
    note_accepted(run, "accept", run->calls->accept(listener, 0, 0));
    gt_peer_join(&peer);
    close(fd);
    close(listener);
}

static const gt_case cases[] = {
    {"accept and accept4: what comes later", comes_later, 0, 0},
    {"accept and accept4: with O_NONBLOCK", does_not_want_to_wait, 0, 0},
    {"accept: SO_RCVTIMEO", times_out, 0, 0},
    {"accept and accept4: wrong arguments", wrong_arguments, 0, 0},
    {"accept fcntl dup2: EMFILE", no_descriptors_left, 0, GT_CASE_ALONE},
};

GT_CASE_TABLE(gt_accept_cases, cases);
