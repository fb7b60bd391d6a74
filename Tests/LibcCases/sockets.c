/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The sockets that cases are about.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sys/time.h>

#include "peer.h"

int gt_unix_pair(gt_case_run *run, int type, int pair[2]) {
    return gt_setup(run, "socketpair", socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair));
}

static int bound(gt_case_run *run, int type) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = gt_setup(run, "socket", socket(AF_INET, type | SOCK_CLOEXEC, 0));
    gt_setup(run, "bind", bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

int gt_tcp_listener(gt_case_run *run, int backlog) {
    int fd = bound(run, SOCK_STREAM);
    gt_setup(run, "listen", listen(fd, backlog));
    return fd;
}

int gt_address_of(int fd, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    return getsockname(fd, (struct sockaddr *)address, length);
}

int gt_tcp_pair(gt_case_run *run, int pair[2]) {
    struct sockaddr_storage address;
    socklen_t length;
    int listener = gt_tcp_listener(run, 1);
    gt_setup(run, "getsockname", gt_address_of(listener, &address, &length));
    pair[1] = gt_setup(run, "socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int result = gt_setup(run, "connect", connect(pair[1], (struct sockaddr *)&address, length));
    pair[0] = gt_setup(run, "accept", result < 0 ? -1 : accept4(listener, 0, 0, SOCK_CLOEXEC));
    close(listener);
    return pair[0] < 0 ? -1 : 0;
}

int gt_udp_pair(gt_case_run *run, int pair[2]) {
    struct sockaddr_storage address;
    socklen_t length;
    for (int i = 0; i < 2; i++) pair[i] = bound(run, SOCK_DGRAM);
    for (int i = 0; i < 2; i++) {
        gt_setup(run, "getsockname", gt_address_of(pair[1 - i], &address, &length));
        if (gt_setup(run, "connect", connect(pair[i], (struct sockaddr *)&address, length)) < 0) return -1;
    }
    return 0;
}

void gt_limit(gt_case_run *run, int fd, int option, int milliseconds) {
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    gt_setup(run, "setsockopt", setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit));
}

void gt_shrink(gt_case_run *run, int pair[2]) {
    /* Less, and TCP would wait for its own acknowledgements. */
    int size = 32768;
    gt_setup(run, "SO_SNDBUF", setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
    gt_setup(run, "SO_RCVBUF", setsockopt(pair[1], SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
}

void gt_close_both(const int pair[2]) {
    close(pair[0]);
    close(pair[1]);
}
