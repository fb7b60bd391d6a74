/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Connecting.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sys/un.h>

#include "cases.h"
#include "peer.h"

static int tcp_socket(gt_case_run *run, int flags) {
    return gt_setup(run, "socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

/* An address on loopback where nobody listens. */
static void nobody(gt_case_run *run, struct sockaddr_storage *address, socklen_t *length) {
    int listener = gt_tcp_listener(run, 1);
    gt_setup(run, "getsockname", gt_address_of(listener, address, length));
    close(listener);
}

static void connects(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    int listener = gt_tcp_listener(run, 4), fd = tcp_socket(run, 0), error = 0;
    socklen_t size = sizeof error;
    gt_setup(run, "getsockname", gt_address_of(listener, &address, &length));
    errno = 0;
    gt_note_result(run, "connect", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note(run, "errno %d flags %x", errno, fcntl(fd, F_GETFL));
    gt_note_result(run, "again", run->calls->connect(fd, (struct sockaddr *)&address, length));
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    gt_note(run, "SO_ERROR %d", error);
    gt_note_result(run, "send", send(fd, "x", 1, MSG_NOSIGNAL));
    close(fd);
    close(listener);
}

/* After a refusal the same socket can be tried again, as a blocking one can. */
static void refused(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    int fd = tcp_socket(run, 0);
    nobody(run, &address, &length);
    gt_note_result(run, "connect", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_result(run, "again", run->calls->connect(fd, (struct sockaddr *)&address, length));
    int listener = gt_tcp_listener(run, 4);
    gt_setup(run, "getsockname", gt_address_of(listener, &address, &length));
    gt_note_result(run, "elsewhere", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note(run, "flags %x", fcntl(fd, F_GETFL));
    close(fd);
    close(listener);
}

static void does_not_want_to_wait(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    int fd = tcp_socket(run, SOCK_NONBLOCK);
    nobody(run, &address, &length);
    gt_note_result(run, "connect", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note(run, "flags %x", fcntl(fd, F_GETFL));
    close(fd);
}

/* A listener whose queue is full answers no more: the connection hangs until the timeout. */
static void times_out(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    int listener = gt_tcp_listener(run, 0), filling[8], fd = tcp_socket(run, 0);
    gt_setup(run, "getsockname", gt_address_of(listener, &address, &length));
    for (int i = 0; i < 8; i++) {
        filling[i] = tcp_socket(run, SOCK_NONBLOCK);
        connect(filling[i], (struct sockaddr *)&address, length);
    }
    gt_limit(run, fd, SO_SNDTIMEO, 150);
    double start = gt_now();
    gt_note_result(run, "connect", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_waited(run, start, 0.150);
    gt_note(run, "flags %x", fcntl(fd, F_GETFL));
    gt_note_result(run, "again", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_waited(run, start, 0.300);
    for (int i = 0; i < 8; i++) close(filling[i]);
    close(fd);
    close(listener);
}

static void datagrams(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int fd = gt_setup(run, "socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    nobody(run, &address, &length);
    gt_note_result(run, "connect", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_result(run, "again", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_result(run, "no more", run->calls->connect(fd, &none, sizeof none));
    gt_note_result(run, "too short", run->calls->connect(fd, (struct sockaddr *)&address, 3));
    gt_note(run, "flags %x", fcntl(fd, F_GETFL));
    close(fd);
}

/* ----- unix sockets ----- */

static int unix_listener(gt_case_run *run, struct sockaddr_storage *address, socklen_t *length) {
    /* A name of the kernel's choice. */
    sa_family_t family = AF_UNIX;
    int fd = gt_setup(run, "socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    gt_setup(run, "bind", bind(fd, (struct sockaddr *)&family, sizeof family));
    gt_setup(run, "listen", listen(fd, 0));
    gt_setup(run, "getsockname", gt_address_of(fd, address, length));
    return fd;
}

static int unix_socket(gt_case_run *run) {
    return gt_setup(run, "socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* No event tells that there is room again. */
static void full_backlog(gt_case_run *run) {
    struct sockaddr_storage address;
    socklen_t length;
    gt_peer peer;
    int listener = unix_listener(run, &address, &length), first = unix_socket(run), second = unix_socket(run);
    gt_note_result(run, "first", run->calls->connect(first, (struct sockaddr *)&address, length));
    gt_limit(run, second, SO_SNDTIMEO, 100);
    double start = gt_now();
    gt_note_result(run, "no room", run->calls->connect(second, (struct sockaddr *)&address, length));
    gt_note_waited(run, start, 0.100);
    gt_limit(run, second, SO_SNDTIMEO, 0);
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_ACCEPTS, listener, 0, 0, 0}, {0}});
    gt_note_result(run, "room", run->calls->connect(second, (struct sockaddr *)&address, length));
    gt_note_waited(run, start, 0.160);
    gt_note(run, "flags %x", fcntl(second, F_GETFL));
    gt_peer_join(&peer);
    close(first);
    close(second);
    close(listener);
}

static void wrong_arguments(gt_case_run *run) {
    struct sockaddr_un nowhere = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/socket"};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd = unix_socket(run), listener = gt_tcp_listener(run, 1);
    struct sockaddr_storage address;
    socklen_t length;
    gt_setup(run, "getsockname", gt_address_of(listener, &address, &length));
    gt_note_result(run, "no descriptor", run->calls->connect(-1, (struct sockaddr *)&nowhere, sizeof nowhere));
    gt_note_result(run, "no socket", run->calls->connect(null, (struct sockaddr *)&nowhere, sizeof nowhere));
    gt_note_result(run, "no such file", run->calls->connect(fd, (struct sockaddr *)&nowhere, sizeof nowhere));
    gt_note_result(run, "another family", run->calls->connect(fd, (struct sockaddr *)&address, length));
    gt_note_result(run, "a listener", run->calls->connect(listener, (struct sockaddr *)&address, length));
    gt_note_result(run, "no memory there", run->calls->connect(fd, (struct sockaddr *)16, sizeof nowhere));
    close(null);
    close(fd);
    close(listener);
}

static const gt_case cases[] = {
    {"connect: to a listener, and again", connects, 0, 0},
    {"connect: refused, and again", refused, 0, 0},
    {"connect: with O_NONBLOCK", does_not_want_to_wait, 0, 0},
    {"connect: SO_SNDTIMEO", times_out, 0, 0},
    {"connect: datagram sockets", datagrams, 0, 0},
    {"connect: a unix socket's backlog is full", full_backlog, 0, 0},
    {"connect: wrong arguments", wrong_arguments, 0, 0},
};

GT_CASE_TABLE(gt_connect_cases, cases);
