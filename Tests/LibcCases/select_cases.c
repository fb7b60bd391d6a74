/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "select".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>

#include "cases.h"
#include "peer.h"

static const struct timespec no_time = {0, 0};
static const struct timespec shortly = {0, 60000000};
static const struct timespec long_enough = {10, 0};

/* ----- poll ----- */

static void note_poll(gt_case_run *run, const char *what, int result, const struct pollfd *fds, size_t count) {
    gt_note_result(run, what, result);
    for (size_t i = 0; i < count; i++) gt_note(run, "  revents %x", (unsigned)fds[i].revents);
}

static void poll_finds_at_once(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct pollfd fds[] = {{pair[0], POLLIN | POLLOUT, 0}, {-1, POLLIN, 7}, {pair[1], POLLIN, 0}};
    note_poll(run, "writable", run->calls->poll(fds, 3, 10000), fds, 3);
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    note_poll(run, "both", run->calls->poll(fds, 3, -1), fds, 3);
    close(pair[1]);
    note_poll(run, "closed", run->calls->poll(fds, 3, 10000), fds, 3);
    close(pair[0]);
}

static void poll_waits(gt_case_run *run) {
    int pair[2];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct pollfd fds[] = {{pair[0], POLLIN, 0}, {pair[0], POLLPRI, 0}};
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    note_poll(run, "poll", run->calls->poll(fds, 2, -1), fds, 2);
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void poll_times_out(gt_case_run *run) {
    int pair[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct pollfd fds[] = {{pair[0], POLLIN, 77}};
    double start = gt_now();
    note_poll(run, "poll", run->calls->poll(fds, 1, 60), fds, 1);
    gt_note_waited(run, start, 0.060);
    fds[0].revents = 77;
    note_poll(run, "ppoll", run->calls->ppoll(fds, 1, &shortly, 0), fds, 1);
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "nothing", run->calls->poll(0, 0, 60));
    gt_note_waited(run, start, 0.180);
    gt_note_result(run, "no time", run->calls->poll(fds, 1, 0));
    gt_note_result(run, "no time", run->calls->ppoll(fds, 1, &no_time, 0));
    gt_close_both(pair);
}

/* As programs say "for ever" where there is a number to give. */
static void poll_waits_for_ages(gt_case_run *run) {
    const struct timespec ages = {.tv_sec = LONG_MAX};
    int pair[2];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct pollfd fds[] = {{pair[0], POLLIN, 0}};
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    note_poll(run, "ppoll", run->calls->ppoll(fds, 1, &ages, 0), fds, 1);
    gt_note_waited(run, start, 0.060);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* Kinds that epoll refuses, asked for what they never are. */
static void poll_overlooks_files(gt_case_run *run) {
    int pair[2], null = gt_setup(run, "open", open("/dev/null", O_RDWR | O_CLOEXEC));
    gt_peer peer;
    fd_set errors;
    struct timeval limit = {0, 60000};
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    struct pollfd fds[] = {{null, 0, 7}, {null, POLLPRI, 7}, {pair[0], POLLIN, 7}};
    double start = gt_now();
    note_poll(run, "a file alone", run->calls->poll(fds, 1, 60), fds, 1);
    gt_note_waited(run, start, 0.060);
    FD_ZERO(&errors);
    FD_SET(null, &errors);
    gt_note_result(run, "select", run->calls->select(null + 1, 0, 0, &errors, &limit));
    gt_note_waited(run, start, 0.120);
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    note_poll(run, "beside a socket", run->calls->poll(fds, 3, 10000), fds, 3);
    gt_note_waited(run, start, 0.180);
    gt_peer_join(&peer);
    close(null);
    gt_close_both(pair);
}

enum { MOST_SETS = 16 };

/* Around a descriptor, as deep as the kernel lets sets be nested, so that no other may watch the outermost. How many. */
static int nest(gt_case_run *run, int inner, int *sets) {
    int count = 0;
    while (count < MOST_SETS) {
        struct epoll_event event = {.events = EPOLLIN};
        int set = gt_setup(run, "epoll_create1", epoll_create1(EPOLL_CLOEXEC));
        if (epoll_ctl(set, EPOLL_CTL_ADD, inner, &event) != 0) {
            close(set);
            break;
        }
        sets[count++] = inner = set;
    }
    gt_note(run, "sets: %d", count > 2 && count < MOST_SETS);
    return count;
}

static void poll_waits_for_nested_sets(gt_case_run *run) {
    int pair[2], sets[MOST_SETS];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int count = nest(run, pair[0], sets);
    struct pollfd fds[] = {{sets[count - 1], POLLIN, 0}};
    double start = gt_now();
    errno = 0;
    note_poll(run, "nothing", run->calls->poll(fds, 1, 60), fds, 1);
    gt_note(run, "errno %d", errno);
    gt_note_waited(run, start, 0.060);
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    note_poll(run, "something", run->calls->poll(fds, 1, -1), fds, 1);
    gt_note_waited(run, start, 0.120);
    gt_peer_join(&peer);
    while (count > 0) close(sets[--count]);
    gt_close_both(pair);
}

typedef struct poller {
    gt_case_run *run;
    int fd, result, error;
} poller;

static void poll_long(void *context) {
    poller *self = context;
    struct pollfd entry = {self->fd, POLLIN, 0};
    self->result = self->run->calls->poll(&entry, 1, 100000);
    self->error = errno;
}

/* ETIMEDOUT is also what ends each of its short waits. */
static void interrupt_ends_poll_of_nested_sets(gt_case_run *run) {
    static const int codes[] = {ECANCELED, ETIMEDOUT};
    int pair[2], sets[MOST_SETS];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int count = nest(run, pair[0], sets);
    for (size_t i = 0; i < 2; i++) {
        poller self = {.run = run, .fd = sets[count - 1], .result = 99};
        gt_greenlet *greenlet = gt_greenlets.spawn(poll_long, &self, "poller", 0);
        run->calls->usleep(30000);
        gt_note(run, "waits %d", self.result == 99);
        gt_greenlets.interrupt(greenlet, codes[i]);
        run->calls->usleep(30000);
        errno = self.error;
        gt_note_result(run, "poll", self.result);
    }
    while (count > 0) close(sets[--count]);
    gt_close_both(pair);
}

static void poll_refuses(gt_case_run *run) {
    struct rlimit limit;
    struct pollfd fds[] = {{1 << 28, POLLIN, 0}};
    struct timespec wrong[] = {{0, 1000000000}, {0, -1}, {-1, 0}};
    gt_setup(run, "getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
    note_poll(run, "no such descriptor", run->calls->poll(fds, 1, 10000), fds, 1);
    gt_note_result(run, "bad address", run->calls->poll((struct pollfd *)8, 1, 10000));
    if (limit.rlim_cur < 1 << 24) gt_note_result(run, "too many", run->calls->poll(fds, 1 << 24, 10000));
    for (int i = 0; i < 3; i++) gt_note_result(run, "no time of day", run->calls->ppoll(fds, 1, &wrong[i], 0));
}

/* ----- select ----- */

static void note_select(gt_case_run *run, const char *what, int result, int fd, fd_set sets[3]) {
    gt_note_result(run, what, result);
    gt_note(run, "  %d %d %d", FD_ISSET(fd, &sets[0]), FD_ISSET(fd, &sets[1]), FD_ISSET(fd, &sets[2]));
}

static void ask(fd_set sets[3], int fd) {
    for (int i = 0; i < 3; i++) {
        FD_ZERO(&sets[i]);
        FD_SET(fd, &sets[i]);
    }
}

static void select_waits(gt_case_run *run) {
    int pair[2];
    fd_set sets[3];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    ask(sets, pair[0]);
    struct timeval limit = {10, 0};
    note_select(run, "writable", run->calls->select(pair[0] + 1, &sets[0], &sets[1], &sets[2], &limit), pair[0], sets);
    double start = gt_now();
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    ask(sets, pair[0]);
    limit = (struct timeval){10, 0};
    note_select(run, "readable", run->calls->select(pair[0] + 1, &sets[0], 0, &sets[2], &limit), pair[0], sets);
    gt_note_waited(run, start, 0.060);
    gt_note(run, "left: %d", limit.tv_sec < 10 && (limit.tv_sec > 0 || limit.tv_usec > 0));
    gt_peer_join(&peer);
    gt_close_both(pair);
}

static void select_times_out(gt_case_run *run) {
    int pair[2];
    fd_set sets[3];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    double start = gt_now();
    ask(sets, pair[0]);
    /* Linux takes more than a million microseconds. */
    struct timeval limit = {0, 60000}, much = {0, 1060000};
    note_select(run, "select", run->calls->select(pair[0] + 1, &sets[0], 0, &sets[2], &limit), pair[0], sets);
    gt_note_waited(run, start, 0.060);
    gt_note(run, "left: %ld %ld", (long)limit.tv_sec, (long)limit.tv_usec);
    ask(sets, pair[0]);
    note_select(run, "pselect", run->calls->pselect(pair[0] + 1, &sets[0], 0, 0, &shortly, 0), pair[0], sets);
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "nothing", run->calls->select(0, 0, 0, 0, &much));
    gt_note_waited(run, start, 1.180);
    gt_close_both(pair);
}

/* poll() tells of a hang-up whatever it is asked; select() does not, in its third set. */
static void select_overlooks_hang_up(gt_case_run *run) {
    int pair[2];
    fd_set sets[3];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    close(pair[1]);
    ask(sets, pair[0]);
    double start = gt_now();
    note_select(run, "exceptions", run->calls->pselect(pair[0] + 1, 0, 0, &sets[2], &shortly, 0), pair[0], sets);
    gt_note_waited(run, start, 0.060);
    ask(sets, pair[0]);
    note_select(run, "readable", run->calls->pselect(pair[0] + 1, &sets[0], 0, &sets[2], 0, 0), pair[0], sets);
    close(pair[0]);
}

static void select_refuses(gt_case_run *run) {
    fd_set sets[3];
    struct timeval wrong = {-1, 0}, limit = {10, 0};
    struct timespec wrong_spec = {0, 1000000000};
    int end = dup(0);
    close(end);
    ask(sets, end);
    note_select(run, "closed", run->calls->select(end + 1, &sets[0], 0, 0, &limit), end, sets);
    gt_note(run, "left: %d", limit.tv_sec > 0);
    gt_note_result(run, "count", run->calls->select(-1, 0, 0, 0, 0));
    gt_note_result(run, "timeout", run->calls->select(0, 0, 0, 0, &wrong));
    gt_note_result(run, "timeout", run->calls->pselect(0, 0, 0, 0, &wrong_spec, 0));
}

/* The first argument may be far more than the sets hold: the kernel looks at what the process can have open. */
static void select_takes_large_counts(gt_case_run *run) {
    int pair[2];
    unsigned char *bits = calloc(1, 1 << 20);
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int high = gt_setup(run, "fcntl", fcntl(pair[0], F_DUPFD_CLOEXEC, FD_SETSIZE + 200));
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    bits[high / 8] |= (unsigned char)(1 << high % 8);
    gt_note_result(run, "high", run->calls->select(high + 1, (fd_set *)(void *)bits, 0, 0, 0));
    gt_note_result(run, "higher", run->calls->select(1 << 30, (fd_set *)(void *)bits, 0, 0, 0));
    gt_note(run, "bit %d", bits[high / 8] != 0);
    close(high);
    gt_close_both(pair);
    free(bits);
}

/* ----- epoll ----- */

static int watched(gt_case_run *run, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 5};
    int set = gt_setup(run, "epoll_create1", epoll_create1(EPOLL_CLOEXEC));
    gt_setup(run, "epoll_ctl", epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
    return set;
}

static void note_epoll(gt_case_run *run, const char *what, int result, const struct epoll_event *event) {
    gt_note_result(run, what, result);
    if (result > 0) gt_note(run, "  events %x of %d", (unsigned)event->events, (int)event->data.u64);
}

static void epoll_waits(gt_case_run *run) {
    int pair[2];
    struct epoll_event event;
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int set = watched(run, pair[0]);
    double start = gt_now();
    note_epoll(run, "epoll_wait", run->calls->epoll_wait(set, &event, 1, 60), &event);
    gt_note_waited(run, start, 0.060);
    note_epoll(run, "epoll_pwait2", run->calls->epoll_pwait2(set, &event, 1, &shortly, 0), &event);
    gt_note_waited(run, start, 0.120);
    gt_peer_start(run, &peer, (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    note_epoll(run, "epoll_wait", run->calls->epoll_wait(set, &event, 1, -1), &event);
    gt_note_waited(run, start, 0.180);
    note_epoll(run, "epoll_pwait", run->calls->epoll_pwait(set, &event, 1, 10000, 0), &event);
    note_epoll(run, "epoll_wait", run->calls->epoll_wait(set, &event, 1, 0), &event);
    gt_peer_join(&peer);
    close(set);
    gt_close_both(pair);
}

static void epoll_refuses(gt_case_run *run) {
    int pair[2];
    struct epoll_event event;
    struct timespec wrong = {0, 1000000000};
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    int set = watched(run, pair[0]);
    gt_note_result(run, "no room", run->calls->epoll_wait(set, &event, 0, 10000));
    gt_note_result(run, "no time of day", run->calls->epoll_pwait2(set, &event, 1, &wrong, 0));
    close(set);
    gt_note_result(run, "no set", run->calls->epoll_wait(pair[0], &event, 1, 10000));
    gt_note_result(run, "closed", run->calls->epoll_wait(set, &event, 1, 10000));
    gt_close_both(pair);
}

/* ----- with a signal mask ----- */

static volatile sig_atomic_t handled;

static void handle(int number) {
    (void)number;
    handled++;
}

/* Blocks SIGUSR1, and has it handled where a mask lets it through. */
static void block_usr1(gt_case_run *run, sigset_t *open) {
    struct sigaction action = {.sa_handler = handle};
    sigset_t blocked;
    handled = 0;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    gt_setup(run, "sigaction", sigaction(SIGUSR1, &action, 0));
    pthread_sigmask(SIG_BLOCK, &blocked, open);
    sigdelset(open, SIGUSR1);
}

static void masks_let_pending_in(gt_case_run *run) {
    sigset_t open;
    struct epoll_event event;
    block_usr1(run, &open);
    int set = gt_setup(run, "epoll_create1", epoll_create1(EPOLL_CLOEXEC));
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note_result(run, "ppoll", run->calls->ppoll(0, 0, &long_enough, &open));
    gt_note(run, "handled %d", (int)handled);
    gt_note_result(run, "ppoll", run->calls->ppoll(0, 0, &shortly, &open));
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note_result(run, "pselect", run->calls->pselect(0, 0, 0, 0, &long_enough, &open));
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note_result(run, "epoll_pwait", run->calls->epoll_pwait(set, &event, 1, 10000, &open));
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note_result(run, "epoll_pwait2", run->calls->epoll_pwait2(set, &event, 1, &long_enough, &open));
    gt_note(run, "handled %d", (int)handled);
    close(set);
}

static void masks_let_in_later(gt_case_run *run) {
    sigset_t open;
    struct epoll_event event;
    gt_peer peer;
    block_usr1(run, &open);
    int set = gt_setup(run, "epoll_create1", epoll_create1(EPOLL_CLOEXEC));
    double start = gt_now();
    const gt_peer_step steps[] = {{60, GT_PEER_INTERRUPTS, 0, 0, 0, 0}, {0}};
    gt_peer_start(run, &peer, steps);
    gt_note_result(run, "ppoll", run->calls->ppoll(0, 0, &long_enough, &open));
    gt_peer_join(&peer);
    gt_peer_start(run, &peer, steps);
    gt_note_result(run, "pselect", run->calls->pselect(0, 0, 0, 0, &long_enough, &open));
    gt_peer_join(&peer);
    gt_peer_start(run, &peer, steps);
    gt_note_result(run, "epoll_pwait", run->calls->epoll_pwait(set, &event, 1, 10000, &open));
    gt_peer_join(&peer);
    gt_note_waited(run, start, 0.180);
    gt_note(run, "handled %d", (int)handled);
    close(set);
}

static const gt_case cases[] = {
    {"poll: what is there at once", poll_finds_at_once, 0, 0},
    {"poll: what comes later", poll_waits, 0, 0},
    {"poll: timeouts", poll_times_out, 0, 0},
    {"poll: ages", poll_waits_for_ages, 0, 0},
    {"poll: files, asked for what they never are", poll_overlooks_files, 0, 0},
    {"poll: nested epoll sets", poll_waits_for_nested_sets, 0, 0},
    {"poll: nested epoll sets, interrupted", interrupt_ends_poll_of_nested_sets,
     "sets: 1\nwaits 1\npoll = -1 ECANCELED\nwaits 1\npoll = -1 ETIMEDOUT\n", 0},
    {"poll: refusals", poll_refuses, 0, GT_CASE_ALONE},
    {"select: what comes later", select_waits, 0, 0},
    {"select: timeouts", select_times_out, 0, 0},
    {"select: a hang-up is no exception", select_overlooks_hang_up, 0, 0},
    {"select: refusals", select_refuses, 0, GT_CASE_ALONE},
    {"select: more than FD_SETSIZE", select_takes_large_counts, 0, 0},
    {"epoll_wait: what comes later", epoll_waits, 0, 0},
    {"epoll_wait: refusals", epoll_refuses, 0, GT_CASE_ALONE},
    {"ppoll and its kin: a pending signal that the mask lets in", masks_let_pending_in, 0, GT_CASE_ALONE},
    {"ppoll and its kin: a later signal that the mask lets in", masks_let_in_later, 0, GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_select_cases, cases);
