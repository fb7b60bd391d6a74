/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The other end of a connection: a thread that plays a script with libc's own functions. */
#ifndef GT_PEER_H
#define GT_PEER_H

#include <pthread.h>

#include "case_run.h"

#pragma GCC visibility push(hidden)

enum gt_peer_action {
    GT_PEER_ENDS = 0,
    GT_PEER_SENDS,      /* `text` */
    GT_PEER_WRITES,     /* `text`, with write() */
    GT_PEER_TAKES,      /* reads `count` bytes, or until the end */
    GT_PEER_STEALS,     /* `text` is sent on `fd`, and at once received again from `other`; `count` times */
    GT_PEER_SHUTS,      /* shutdown() for sending */
    GT_PEER_CLOSES,
    GT_PEER_RESETS,     /* close() that sends RST */
    GT_PEER_CONNECTS,   /* `fd` to the address that `other` is bound to */
    GT_PEER_ACCEPTS,    /* and closes what it accepted */
    GT_PEER_INTERRUPTS  /* SIGUSR1 to the thread that started the peer */
};

typedef struct gt_peer_step {
    int after; /* milliseconds */
    enum gt_peer_action action;
    int fd;
    const char *text;
    size_t count;
    int other;
} gt_peer_step;

typedef struct gt_peer {
    pthread_t thread, starter;
    const gt_peer_step *steps;
    size_t taken; /* bytes, by GT_PEER_TAKES */
} gt_peer;

/* Plays `steps`, which GT_PEER_ENDS ends; both must live until gt_peer_join(). */
void gt_peer_start(gt_case_run *run, gt_peer *peer, const gt_peer_step *steps);
void gt_peer_join(gt_peer *peer);

/* Connected sockets: [0] is the case's, [1] the peer's. Returns 0, or -1 after noting that the setup failed. */
int gt_unix_pair(gt_case_run *run, int type, int pair[2]);
int gt_tcp_pair(gt_case_run *run, int pair[2]);
int gt_udp_pair(gt_case_run *run, int pair[2]);
/* A TCP socket that listens on loopback; -1 after noting. */
int gt_tcp_listener(gt_case_run *run, int backlog);
int gt_address_of(int fd, struct sockaddr_storage *address, socklen_t *length);
/* SO_RCVTIMEO or SO_SNDTIMEO. */
void gt_limit(gt_case_run *run, int fd, int option, int milliseconds);
/* Small buffers, so that they are soon full. */
void gt_shrink(gt_case_run *run, int pair[2]);
void gt_close_both(const int pair[2]);

#pragma GCC visibility pop

#endif
