/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting for descriptors: one epoll instance a hub, which is itself one handler of the loop.
 *
 * A wait arms its descriptor once (EPOLLONESHOT), with a call that also finds out whether the kernel still knows it:
 * descriptors are closed and given out again behind our back, so nothing that is remembered of one can be trusted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "hub.h"

enum { BATCH = 256 };

/* ----- the table of waits ----- */

static gt_fd_slot *slot_of(gt_hub *hub, int fd) {
    if (fd < hub->slot_count) return &hub->slots[fd];
    int count = hub->slot_count ? hub->slot_count : 64;
    while (count <= fd) count *= 2;
    gt_fd_slot *larger = realloc(hub->slots, (size_t)count * sizeof *larger);
    if (!larger) return 0;
    memset(larger + hub->slot_count, 0, (size_t)(count - hub->slot_count) * sizeof *larger);
    hub->slots = larger;
    hub->slot_count = count;
    return &larger[fd];
}

/* How many greenlets of all threads wait for a descriptor, by the low bits of its number: what every close() asks. */
enum { COUNTERS = 1 << 16 };
static uint32_t waits_of[COUNTERS];
/* The largest that anybody has waited for. */
static int highest = -1;

static void count_wait(int fd, int change) {
    __atomic_fetch_add(&waits_of[fd & (COUNTERS - 1)], (uint32_t)change, __ATOMIC_SEQ_CST);
    int largest = __atomic_load_n(&highest, __ATOMIC_RELAXED);
    while (largest < fd && !__atomic_compare_exchange_n(&highest, &largest, fd, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
}

static void link_wait(gt_hub *hub, gt_fd_slot *slot, gt_fd_wait *wait) {
    wait->previous = 0;
    wait->next = slot->waits;
    if (wait->next) wait->next->previous = wait;
    slot->waits = wait;
    hub->fd_waits++;
    wait->forks = hub->forks;
    wait->number = hub->wait_number + 1;
    __atomic_store_n(&hub->wait_number, wait->number, __ATOMIC_RELEASE);
    count_wait(wait->fd, 1);
}

static void unlink_wait(gt_hub *hub, gt_fd_wait *wait) {
    /* The table that it was in stayed in the parent of a fork. */
    if (wait->forks != hub->forks) return;
    count_wait(wait->fd, -1);
    if (wait->previous) wait->previous->next = wait->next;
    else hub->slots[wait->fd].waits = wait->next;
    if (wait->next) wait->next->previous = wait->previous;
    hub->fd_waits--;
}

/* Asks the kernel for what all waits of a descriptor want that were not told yet. */
static int arm(gt_hub *hub, gt_fd_slot *slot, int fd) {
    uint32_t wanted = 0;
    for (gt_fd_wait *wait = slot->waits; wait; wait = wait->next) {
        if (!wait->happened && !wait->closed) wanted |= wait->events;
    }
    if (!wanted) return 0;
    int operation = slot->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, saved = errno, code = 0;
    for (int tries = 0; tries < 2; tries++) {
        if (operation == EPOLL_CTL_ADD) slot->registration++;
        struct epoll_event event = {.events = wanted | EPOLLONESHOT};
        event.data.u64 = (uint64_t)slot->registration << 32 | (uint32_t)fd;
        if (epoll_ctl(hub->epoll, operation, fd, &event) == 0) {
            slot->registered = true;
            errno = saved;
            return 0;
        }
        code = -errno;
        if (code != -ENOENT && code != -EEXIST) break;
        operation = code == -ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    }
    slot->registered = false;
    errno = saved;
    return code;
}

/* ----- what happened ----- */

static void wake(gt_hub *hub, int fd, uint32_t happened) {
    gt_fd_slot *slot = &hub->slots[fd];
    bool is_broken = happened & (EPOLLERR | EPOLLHUP);
    for (gt_fd_wait *wait = slot->waits; wait; wait = wait->next) {
        uint32_t told = is_broken ? wait->events | happened : wait->events & happened;
        if (!told) continue;
        wait->happened |= told;
        gt_make_ready(wait->greenlet);
    }
    if (slot->waits) arm(hub, slot, fd);
}

static void ready(int epoll, uint32_t events, void *context) {
    (void)events;
    gt_hub *hub = context;
    struct epoll_event happened[BATCH];
    int count = epoll_wait(epoll, happened, BATCH, 0);
    hub->now = gt_now();
    for (int i = 0; i < count; i++) {
        int fd = (int)(uint32_t)happened[i].data.u64;
        if (fd >= hub->slot_count || hub->slots[fd].registration != happened[i].data.u64 >> 32) continue;
        wake(hub, fd, happened[i].events);
    }
    gt_hub_drain(hub);
}

static void close_waits(gt_hub *hub, int fd) {
    if (fd < 0 || fd >= hub->slot_count) return;
    for (gt_fd_wait *wait = hub->slots[fd].waits; wait; wait = wait->next) {
        wait->closed = true;
        gt_make_ready(wait->greenlet);
    }
}

/* A descriptor that another thread closes: it is not theirs any more who waited for it by then. */
typedef struct foreign_close {
    gt_hub *hub;
    int fd;
    /* The youngest wait at that time. */
    uint64_t last;
} foreign_close;

static void close_older(void *context) {
    foreign_close *message = context;
    gt_hub *hub = message->hub;
    if (hub == gt_this_hub && message->fd < hub->slot_count) {
        for (gt_fd_wait *wait = hub->slots[message->fd].waits; wait; wait = wait->next) {
            if (wait->number > message->last) continue;
            wait->closed = true;
            gt_make_ready(wait->greenlet);
        }
    }
    free(message);
}

static void tell(gt_hub *hub, void *context) {
    if (hub == gt_this_hub) return;
    foreign_close *message = malloc(sizeof *message);
    if (!message) return;
    *message = (foreign_close){hub, *(int *)context, __atomic_load_n(&hub->wait_number, __ATOMIC_ACQUIRE)};
    if (hub->ioloop.add_callback(hub->loop, close_older, message) < 0) free(message);
}

void gt_fd_closing(int fd) {
    if (fd < 0 || !__atomic_load_n(&waits_of[fd & (COUNTERS - 1)], __ATOMIC_RELAXED)) return;
    int saved = errno;
    if (gt_this_hub) {
        close_waits(gt_this_hub, fd);
        /* A child that closes all that it has, as daemons do. */
        if (gt_this_hub->forks && fd == gt_this_hub->epoll) {
            gt_this_hub->epoll = -1;
            gt_hub_give_up();
        }
    }
    gt_hubs_each(tell, &fd);
    errno = saved;
}

void gt_fds_closing(unsigned first, unsigned last) {
    int largest = __atomic_load_n(&highest, __ATOMIC_RELAXED);
    if (largest < 0) return;
    if (last > (unsigned)largest) last = (unsigned)largest;
    for (unsigned fd = first; fd <= last; fd++) gt_fd_closing((int)fd);
}

/* ----- waiting ----- */

int gt_wait_fd(int fd, uint32_t events, double deadline, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    if (gt_is_refused(self, why)) return -self->interrupt;
    if (fd < 0) return -EBADF;
    gt_hub *hub = self->hub;
    gt_fd_slot *slot = slot_of(hub, fd);
    if (!slot) return -ENOMEM;
    gt_fd_wait wait = {.greenlet = self, .fd = fd, .events = events & (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP)};
    link_wait(hub, slot, &wait);
    int code = arm(hub, slot, fd);
    if (code == 0) {
        self->fd = fd;
        code = gt_wait(self, GT_WAITS_FD, deadline, why);
        self->fd = -1;
    }
    unlink_wait(hub, &wait);
    if (wait.closed) return -EBADF;
    return wait.happened ? (int)wait.happened : code;
}

/* 0, or a negative errno value where one cannot be watched. */
static int watch_all(gt_hub *hub, gt_greenlet *self, const struct pollfd *fds, size_t count, gt_fd_wait *waits) {
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        waits[i] = (gt_fd_wait){.greenlet = self, .fd = -1};
        gt_fd_slot *slot = fds[i].fd < 0 ? 0 : slot_of(hub, fds[i].fd);
        if (!slot) {
            if (fds[i].fd >= 0) code = -ENOMEM;
            continue;
        }
        waits[i].fd = fds[i].fd;
        /* epoll's bits are poll's. */
        waits[i].events = (uint32_t)(uint16_t)fds[i].events;
        link_wait(hub, slot, &waits[i]);
        if (waits[i].events == 0) waits[i].events = EPOLLERR;
        int armed = arm(hub, slot, fds[i].fd);
        /* A file's kind never is ready for what poll() has not found it ready for at once. */
        if (armed < 0 && armed != -EPERM) code = armed;
    }
    return code;
}

static bool unwatch_all(gt_hub *hub, size_t count, gt_fd_wait *waits) {
    bool closed = false;
    for (size_t i = 0; i < count; i++) {
        if (waits[i].fd < 0) continue;
        closed |= waits[i].closed;
        unlink_wait(hub, &waits[i]);
    }
    return closed;
}

/* Seconds between two looks at sets inside sets inside sets, which no other set may watch. */
static const double nested_pause = 0.005;

int gt_wait_poll(struct pollfd *fds, size_t count, double deadline, const char *why) {
    gt_greenlet *self = gt_running;
    if (!self) return -EINVAL;
    if (!gt_hub_may_switch(self->hub)) return -EDEADLK;
    gt_hub *hub = self->hub;
    gt_fd_wait few[8], *waits = count <= 8 ? few : malloc(count * sizeof *waits);
    if (!waits) return -ENOMEM;
    int found;
    for (;;) {
        found = poll(fds, count, 0);
        if (found < 0) found = -errno;
        if (found != 0) break;
        if (gt_is_refused(self, why)) {
            found = -self->interrupt;
            break;
        }
        self->fd = count == 1 ? fds[0].fd : -1;
        double until = deadline;
        int code = watch_all(hub, self, fds, count, waits);
        if (code == -ELOOP || code == -EINVAL) {
            until = fmin(deadline, gt_now() + nested_pause);
            code = 0;
        }
        if (code == 0) code = gt_wait(self, GT_WAITS_FD, until, why);
        if (code == -ETIMEDOUT && until < deadline) code = 0;
        self->fd = -1;
        bool closed = unwatch_all(hub, count, waits);
        if (code < 0) {
            /* The deadline and a last event may have come together. */
            found = code == -ETIMEDOUT && !self->interrupt ? poll(fds, count, 0) : code;
            if (found == -1) found = -errno;
            break;
        }
        if (closed) {
            found = -EBADF;
            break;
        }
    }
    if (waits != few) free(waits);
    return found;
}

/* ----- opening and closing ----- */

static int open_epoll(gt_hub *hub) {
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (hub->epoll < 0) return -errno;
    uint32_t events = GT_READ | GT_BACKGROUND;
    int code = hub->ioloop.add_handler(hub->loop, hub->epoll, events | GT_READINESS, ready, hub);
    /* A loop from before there was that flag: a plugin's own, which nobody has built anew. */
    if (code == -EINVAL) code = hub->ioloop.add_handler(hub->loop, hub->epoll, events, ready, hub);
    if (code < 0) {
        close(hub->epoll);
        hub->epoll = -1;
    }
    return code;
}

int gt_fds_open(gt_hub *hub) { return open_epoll(hub); }

void gt_fds_close(gt_hub *hub) {
    if (hub->epoll < 0) return;
    hub->ioloop.remove_handler(hub->loop, hub->epoll);
    close(hub->epoll);
    hub->epoll = -1;
    free(hub->slots);
    hub->slots = 0;
    hub->slot_count = 0;
}

int gt_fds_after_fork(gt_hub *hub) {
    gt_fds_close(hub);
    hub->fd_waits = 0;
    hub->forks++;
    memset(waits_of, 0, sizeof waits_of);
    int code = open_epoll(hub);
    /* Whoever closes it is to be seen. */
    if (code == 0) count_wait(hub->epoll, 1);
    return code;
}
