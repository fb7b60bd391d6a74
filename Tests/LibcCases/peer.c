/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The other end of a connection.
 */
#define _GNU_SOURCE
#include "peer.h"

#include <poll.h>
#include <signal.h>
#include <sys/uio.h>

static void take(gt_peer *peer, const gt_peer_step *step) {
    char buffer[65536];
    size_t left = step->count;
    while (left > 0) {
        ssize_t got = read(step->fd, buffer, left < sizeof buffer ? left : sizeof buffer);
        if (got <= 0) return;
        left -= (size_t)got;
        peer->taken += (size_t)got;
    }
}

static void reset(int fd) {
    struct linger at_once = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void steal(const gt_peer_step *step) {
    char buffer[64];
    for (size_t i = 0; i < step->count; i++) {
        send(step->fd, step->text, strlen(step->text), MSG_NOSIGNAL);
        recv(step->other, buffer, sizeof buffer, MSG_DONTWAIT);
    }
}

static void play(gt_peer *peer, const gt_peer_step *step) {
    struct sockaddr_storage address;
    socklen_t length;
    switch (step->action) {
    case GT_PEER_ENDS: break;
    case GT_PEER_SENDS: send(step->fd, step->text, strlen(step->text), MSG_NOSIGNAL); break;
    case GT_PEER_WRITES: (void)!write(step->fd, step->text, strlen(step->text)); break;
    case GT_PEER_TAKES: take(peer, step); break;
    case GT_PEER_STEALS: steal(step); break;
    case GT_PEER_SHUTS: shutdown(step->fd, SHUT_WR); break;
    case GT_PEER_CLOSES: close(step->fd); break;
    case GT_PEER_RESETS: reset(step->fd); break;
    case GT_PEER_CONNECTS:
        if (!gt_address_of(step->other, &address, &length)) connect(step->fd, (struct sockaddr *)&address, length);
        break;
    case GT_PEER_ACCEPTS: close(accept(step->fd, 0, 0)); break;
    case GT_PEER_INTERRUPTS: pthread_kill(peer->starter, SIGUSR1); break;
    }
}

static void *play_all(void *context) {
    gt_peer *peer = context;
    for (const gt_peer_step *step = peer->steps; step->action != GT_PEER_ENDS; step++) {
        if (step->after > 0) poll(0, 0, step->after);
        play(peer, step);
    }
    return 0;
}

void gt_peer_start(gt_case_run *run, gt_peer *peer, const gt_peer_step *steps) {
    peer->steps = steps;
    peer->taken = 0;
    peer->starter = pthread_self();
    errno = pthread_create(&peer->thread, 0, play_all, peer);
    gt_setup(run, "pthread_create", errno ? -1 : 0);
}

void gt_peer_join(gt_peer *peer) {
    pthread_join(peer->thread, 0);
}
