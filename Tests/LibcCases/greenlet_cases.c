/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What only greenlets can do: several wait at once on one thread, while the loop goes on.
 */
#define _GNU_SOURCE
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "cases.h"
#include "peer.h"

/* One greenlet in one call. */
typedef struct waiter {
    gt_case_run *run;
    int fd, other, has_ended, error;
    ssize_t result;
    char byte;
    gt_greenlet *greenlet;
} waiter;

static void receive_byte(void *context) {
    waiter *self = context;
    self->result = self->run->calls->recv(self->fd, &self->byte, 1, 0);
    self->error = errno;
    self->has_ended = 1;
}

static void accept_one(void *context) {
    waiter *self = context;
    self->result = self->run->calls->accept(self->fd, 0, 0);
    self->error = errno;
    if (self->result >= 0) close((int)self->result);
    self->has_ended = 1;
}

static void spawn(gt_case_run *run, waiter *self, gt_callback entry, int fd) {
    *self = (waiter){.run = run, .fd = fd};
    self->greenlet = gt_greenlets.spawn(entry, self, "waiter", 0);
    gt_setup(run, "spawn", self->greenlet ? 0 : -1);
}

static void sleep_for(double seconds) {
    gt_wait_until(gt_now() + seconds, "sleep");
}

/* Five seconds at most. */
static int await(const waiter *waiters, size_t count) {
    for (int turn = 0; turn < 1000; turn++) {
        size_t ended = 0;
        for (size_t i = 0; i < count; i++) ended += waiters[i].has_ended != 0;
        if (ended == count) return 1;
        sleep_for(0.005);
    }
    return 0;
}

static void note_waiter(gt_case_run *run, const char *what, const waiter *self) {
    if (!self->has_ended) gt_note(run, "%s still waits", what);
    errno = self->error;
    gt_note_result(run, what, self->result);
}

/* ----- many, and the loop ----- */

enum { MANY = 1000 };

static void many_wait(gt_case_run *run) {
    waiter *waiters = calloc(MANY, sizeof *waiters);
    int(*pairs)[2] = calloc(MANY, sizeof *pairs);
    size_t right = 0;
    for (int i = 0; i < MANY; i++) {
        if (gt_unix_pair(run, SOCK_STREAM, pairs[i])) return;
        spawn(run, &waiters[i], receive_byte, pairs[i][0]);
    }
    sleep_for(0.05);
    gt_hub_counts counts;
    gt_hub_count(&counts);
    gt_note(run, "waiting %zu", counts.waiting);
    for (int i = 0; i < MANY; i++) gt_setup(run, "send", (int)send(pairs[i][1], &"abcdefg"[i % 7], 1, 0));
    gt_note(run, "all ended %d", await(waiters, MANY));
    for (int i = 0; i < MANY; i++) {
        right += waiters[i].result == 1 && waiters[i].byte == "abcdefg"[i % 7];
        gt_close_both(pairs[i]);
    }
    gt_note(run, "right %zu", right);
    free(waiters);
    free(pairs);
}

typedef struct ticker {
    const gt_ioloop *ioloop;
    int ticks, left;
} ticker;

static void tick(void *context) {
    ticker *self = context;
    self->ticks++;
    gt_loop *loop = gt_hub_loop();
    if (--self->left > 0) self->ioloop->call_at(loop, self->ioloop->time(loop) + 0.010, tick, self);
}

static void loop_goes_on(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    ticker self = {.ioloop = run->ioloop, .left = 10};
    if (gt_tcp_pair(run, pair)) return;
    self.ioloop->call_at(gt_hub_loop(), self.ioloop->time(gt_hub_loop()), tick, &self);
    gt_peer_start(run, &peer, (gt_peer_step[]){{400, GT_PEER_SENDS, pair[1], "hello", 0, 0}, {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note(run, "ticks %d", self.ticks);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* ----- two on one descriptor ----- */

static void two_read_one(gt_case_run *run) {
    int pair[2];
    waiter waiters[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    for (int i = 0; i < 2; i++) spawn(run, &waiters[i], receive_byte, pair[0]);
    sleep_for(0.03);
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    sleep_for(0.05);
    gt_note(run, "ended %d", waiters[0].has_ended + waiters[1].has_ended);
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    gt_note(run, "all ended %d", await(waiters, 2));
    gt_note(run, "results %zd %zd", waiters[0].result, waiters[1].result);
    gt_close_both(pair);
}

static void two_accept_on_one(gt_case_run *run) {
    waiter waiters[2];
    gt_peer peer;
    int listener = gt_tcp_listener(run, 4), clients[2];
    for (int i = 0; i < 2; i++) {
        clients[i] = gt_setup(run, "socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        spawn(run, &waiters[i], accept_one, listener);
    }
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_CONNECTS, clients[0], 0, 0, listener},
                                   {60, GT_PEER_CONNECTS, clients[1], 0, 0, listener},
                                   {0}});
    sleep_for(0.01);
    gt_note(run, "all ended %d", await(waiters, 2));
    gt_note(run, "accepted %d", (waiters[0].result >= 0) + (waiters[1].result >= 0));
    gt_peer_join(&peer);
    gt_close_both(clients);
    close(listener);
}

enum { ECHOED = 1 << 20 };

static void send_much(void *context) {
    waiter *self = context;
    char *bytes = calloc(1, ECHOED);
    self->result = self->run->calls->send(self->fd, bytes, ECHOED, 0);
    self->error = errno;
    self->has_ended = 1;
    free(bytes);
}

/* Each direction has a waiter of its own: neither takes the other's event. */
static void one_reads_one_writes(gt_case_run *run) {
    int pair[2];
    waiter sender;
    if (gt_tcp_pair(run, pair)) return;
    gt_shrink(run, pair);
    spawn(run, &sender, send_much, pair[0]);
    gt_peer peer;
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{60, GT_PEER_SENDS, pair[1], "first", 0, 0},
                                   {60, GT_PEER_TAKES, pair[1], 0, ECHOED, 0},
                                   {0, GT_PEER_SENDS, pair[1], "last", 0, 0},
                                   {0}});
    char buffer[16];
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note(run, "the sender has ended %d", sender.has_ended);
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_note(run, "all ended %d", await(&sender, 1));
    note_waiter(run, "send", &sender);
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* ----- closed while waiting ----- */

static void closed_while_waiting(gt_case_run *run) {
    int pair[2], listener = gt_tcp_listener(run, 1);
    waiter reader, accepter;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    spawn(run, &reader, receive_byte, pair[0]);
    spawn(run, &accepter, accept_one, listener);
    sleep_for(0.03);
    gt_note_result(run, "close", run->calls->close(pair[0]));
    gt_note_result(run, "close", run->calls->close(listener));
    await(&reader, 1);
    await(&accepter, 1);
    note_waiter(run, "recv", &reader);
    note_waiter(run, "accept", &accepter);
    close(pair[1]);
}

static void connect_to(void *context) {
    waiter *self = context;
    struct sockaddr_storage address;
    socklen_t length;
    gt_setup(self->run, "getsockname", gt_address_of(self->other, &address, &length));
    self->result = self->run->calls->connect(self->fd, (struct sockaddr *)&address, length);
    self->error = errno;
    self->has_ended = 1;
}

/* The listener's queue is full, so that the connection stays under way. */
static void connect_is_closed(gt_case_run *run) {
    int listener = gt_tcp_listener(run, 0), clients[8];
    waiter waiters[8];
    for (int i = 0; i < 8; i++) {
        clients[i] = gt_setup(run, "socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        spawn(run, &waiters[i], connect_to, clients[i]);
        waiters[i].other = listener;
    }
    sleep_for(0.1);
    int still = 0, ended = 0, told = 0;
    for (int i = 0; i < 8; i++) still += !waiters[i].has_ended;
    for (int i = 0; i < 8; i++) run->calls->close(clients[i]);
    await(waiters, 8);
    for (int i = 0; i < 8; i++) {
        ended += waiters[i].result == 0;
        told += waiters[i].result < 0 && waiters[i].error == EBADF;
    }
    gt_note(run, "some wait %d, EBADF for those %d", still > 0, told == still && ended == 8 - still);
    close(listener);
}

typedef struct closer {
    gt_case_run *run;
    int fd;
} closer;

static void *close_soon(void *context) {
    closer *self = context;
    poll(0, 0, 60);
    self->run->calls->close(self->fd);
    return 0;
}

static void closed_by_another_thread(gt_case_run *run) {
    int pair[2];
    char byte;
    pthread_t thread;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    closer self = {run, pair[0]};
    gt_setup(run, "pthread_create", -pthread_create(&thread, 0, close_soon, &self));
    gt_note_result(run, "recv", run->calls->recv(pair[0], &byte, 1, 0));
    pthread_join(thread, 0);
    close(pair[1]);
}

/* A number of none is nobody's. */
static void none_closed_by_another_thread(gt_case_run *run) {
    int pair[2];
    waiter reader;
    pthread_t thread;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    spawn(run, &reader, receive_byte, pair[0]);
    closer self = {run, -1};
    gt_setup(run, "pthread_create", -pthread_create(&thread, 0, close_soon, &self));
    sleep_for(0.1);
    pthread_join(thread, 0);
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    await(&reader, 1);
    note_waiter(run, "recv", &reader);
    gt_close_both(pair);
}

static void *close_now(void *context) {
    closer *self = context;
    self->run->calls->close(self->fd);
    return 0;
}

/* The word of a close by another thread comes when the number has a new file, and one who waits for that. */
static void late_word_of_a_close(gt_case_run *run) {
    int pair[2], other[2];
    waiter old;
    pthread_t thread;
    if (gt_unix_pair(run, SOCK_STREAM, pair) || gt_unix_pair(run, SOCK_STREAM, other)) return;
    spawn(run, &old, receive_byte, pair[0]);
    sleep_for(0.03);
    closer self = {run, pair[0]};
    gt_setup(run, "pthread_create", -pthread_create(&thread, 0, close_now, &self));
    pthread_join(thread, 0);
    /* Nothing of the loop has run since. */
    gt_setup(run, "dup2", dup2(other[0], pair[0]));
    int ready = gt_wait_fd(pair[0], GT_READ, gt_now() + 0.1, "recv");
    errno = -ready;
    gt_note_result(run, "the young one's wait", ready < 0 ? -1 : ready);
    await(&old, 1);
    note_waiter(run, "the old one's recv", &old);
    gt_close_both(pair);
    gt_close_both(other);
}

/* What the kernel was once asked about is still open under another number, and tells of the number that it had. */
static void number_of_an_open_file(gt_case_run *run) {
    int pair[2], other[2];
    if (gt_unix_pair(run, SOCK_STREAM, pair) || gt_unix_pair(run, SOCK_STREAM, other)) return;
    int first = gt_wait_fd(pair[0], GT_READ, gt_now() + 0.02, "recv");
    int twin = gt_setup(run, "dup", dup(pair[0]));
    gt_setup(run, "dup2", dup2(other[0], pair[0]));
    gt_peer peer;
    gt_peer_start(run, &peer, (gt_peer_step[]){{50, GT_PEER_SENDS, pair[1], "x", 0, 0}, {0}});
    int second = gt_wait_fd(pair[0], GT_READ, gt_now() + 0.2, "recv");
    gt_note(run, "%s %s", strerrorname_np(-first), second < 0 ? strerrorname_np(-second) : "woken");
    gt_peer_join(&peer);
    close(twin);
    gt_close_both(pair);
    gt_close_both(other);
}

static void closed_in_a_range(gt_case_run *run) {
    int pair[2];
    waiter reader;
    for (int i = 0; i < 3; i++) {
        if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
        int number = gt_setup(run, "F_DUPFD", fcntl(pair[0], F_DUPFD_CLOEXEC, 800));
        spawn(run, &reader, receive_byte, number);
        sleep_for(0.03);
        unsigned first = (unsigned)number;
        if (i == 0) gt_note_result(run, "to be closed", run->calls->close_range(first, first, CLOSE_RANGE_CLOEXEC));
        sleep_for(0.03);
        gt_note(run, "ended %d", reader.has_ended);
        if (i < 2) gt_note_result(run, "close_range", run->calls->close_range(first, i ? ~0u : first, 0));
        else run->calls->closefrom(number);
        await(&reader, 1);
        note_waiter(run, "recv", &reader);
        gt_close_both(pair);
    }
}

static void lock_file(void *context) {
    waiter *self = context;
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    self->result = self->run->calls->fcntl(self->fd, F_OFD_SETLKW, &all);
    self->error = errno;
    self->has_ended = 1;
}

static void waits_for_a_lock(gt_case_run *run) {
    char path[] = "/tmp/gtornado-lock-XXXXXX";
    struct flock free = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    waiter first, second;
    int one = gt_setup(run, "mkstemp", mkstemp(path)), two = open(path, O_RDWR | O_CLOEXEC);
    unlink(path);
    spawn(run, &first, lock_file, one);
    spawn(run, &second, lock_file, two);
    sleep_for(0.1);
    gt_note(run, "locked %d %d", first.has_ended, second.has_ended);
    gt_note_result(run, "unlock", run->calls->fcntl(one, F_OFD_SETLK, &free));
    gt_note(run, "all ended %d", await(&second, 1));
    note_waiter(run, "fcntl", &second);
    close(one);
    close(two);
}

/* The one who waited must not get what is another's. */
static void number_is_used_again(gt_case_run *run) {
    int pair[2], other[2];
    char byte = 0;
    waiter reader;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    spawn(run, &reader, receive_byte, pair[0]);
    sleep_for(0.03);
    run->calls->close(pair[0]);
    if (gt_unix_pair(run, SOCK_STREAM, other)) return;
    int again = other[0];
    if (again != pair[0]) gt_setup(run, "dup2", again = dup2(other[0], pair[0]));
    gt_setup(run, "send", (int)send(other[1], "x", 1, 0));
    await(&reader, 1);
    note_waiter(run, "recv", &reader);
    gt_note_result(run, "the other's byte", run->calls->recv(again, &byte, 1, MSG_DONTWAIT));
    if (again != other[0]) close(again);
    gt_close_both(other);
    close(pair[1]);
}

static void replaced_while_waiting(gt_case_run *run) {
    int pair[2], other[2];
    waiter reader;
    if (gt_unix_pair(run, SOCK_STREAM, pair) || gt_unix_pair(run, SOCK_STREAM, other)) return;
    spawn(run, &reader, receive_byte, pair[0]);
    sleep_for(0.03);
    gt_note(run, "dup2 of none %d", run->calls->dup2(-1, pair[0]));
    sleep_for(0.03);
    gt_note(run, "ended %d", reader.has_ended);
    gt_note(run, "dup2 %d", run->calls->dup2(other[0], pair[0]) == pair[0]);
    await(&reader, 1);
    note_waiter(run, "recv", &reader);
    gt_close_both(pair);
    gt_close_both(other);
}

/* ----- interrupted, and woken for nothing ----- */

static void interrupted(gt_case_run *run) {
    int pair[2];
    char byte;
    waiter reader;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    spawn(run, &reader, receive_byte, pair[0]);
    sleep_for(0.03);
    gt_greenlets.interrupt(reader.greenlet, ECANCELED);
    await(&reader, 1);
    note_waiter(run, "recv", &reader);
    /* A code that is also that of a deadline, and the socket's own deadline far off. */
    gt_limit(run, pair[0], SO_RCVTIMEO, 5000);
    gt_greenlets.interrupt(gt_greenlets.current(), ETIMEDOUT);
    gt_note_result(run, "recv", run->calls->recv(pair[0], &byte, 1, 0));
    gt_note_result(run, "again", run->calls->recv(pair[0], &byte, 1, 0));
    gt_setup(run, "send", (int)send(pair[1], "x", 1, 0));
    gt_note_result(run, "without a wait", run->calls->recv(pair[0], &byte, 1, 0));
    gt_greenlets.interrupt(gt_greenlets.current(), 0);
    gt_close_both(pair);
}

static void woken_for_nothing(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    /* Datagrams would do as well: the thread takes back what it sends before the greenlet comes to it, mostly. */
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{30, GT_PEER_STEALS, pair[1], "z", 20000, pair[0]},
                                   {0, GT_PEER_SENDS, pair[1], "end", 0, 0},
                                   {0}});
    ssize_t got;
    do {
        got = run->calls->recv(pair[0], buffer, sizeof buffer, 0);
    } while (got > 0 && !memchr(buffer, 'd', (size_t)got));
    gt_note(run, "recv %s", got > 0 ? "gets the last byte" : "fails");
    gt_peer_join(&peer);
    gt_close_both(pair);
}

/* Its code is that of the sleep's own end. */
static void sleep_is_interrupted(void *context) {
    waiter *self = context;
    double began = gt_now();
    clock_t before = clock();
    self->result = (ssize_t)self->run->calls->sleep(5);
    self->error = errno;
    gt_note(self->run, "soon %d, without work %d", gt_now() - began < 2.5, clock() - before < CLOCKS_PER_SEC);
    self->has_ended = 1;
}

static void interrupted_in_sleep(gt_case_run *run) {
    waiter sleeper;
    spawn(run, &sleeper, sleep_is_interrupted, -1);
    sleep_for(0.03);
    gt_greenlets.interrupt(sleeper.greenlet, ETIMEDOUT);
    await(&sleeper, 1);
    gt_note(run, "left %d %s", sleeper.result > 0, strerrorname_np(sleeper.error));
}

static void handle(int number) {
    (void)number;
}

/* As if the kernel had given the signal to another thread. */
static void signalled(gt_case_run *run) {
    int pair[2];
    char buffer[16];
    gt_peer peer;
    struct sigaction action = {.sa_handler = handle}, before;
    if (gt_tcp_pair(run, pair)) return;
    sigaction(SIGUSR1, &action, &before);
    gt_peer_start(run, &peer,
                  (gt_peer_step[]){{40, GT_PEER_INTERRUPTS, 0, 0, 0, 0},
                                   {60, GT_PEER_SENDS, pair[1], "hello", 0, 0},
                                   {0}});
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, sizeof buffer, 0), buffer);
    gt_peer_join(&peer);
    sigaction(SIGUSR1, &before, 0);
    gt_close_both(pair);
}

static const gt_case cases[] = {
    {"a thousand greenlets in recv", many_wait, "waiting 1000\nall ended 1\nright 1000\n", 0},
    {"the loop goes on while one is in recv", loop_goes_on, "recv = 5 'hello'\nticks 10\n", 0},
    {"two greenlets in recv on one descriptor", two_read_one, "ended 1\nall ended 1\nresults 1 1\n", 0},
    {"two greenlets in accept on one descriptor", two_accept_on_one, "all ended 1\naccepted 2\n", 0},
    {"one greenlet in recv and one in send on one descriptor", one_reads_one_writes,
     "recv = 5 'first'\nthe sender has ended 0\nrecv = 4 'last'\nall ended 1\nsend = 1048576\n", 0},
    {"close wakes those in recv and accept", closed_while_waiting,
     "close = 0\nclose = 0\nrecv = -1 EBADF\naccept = -1 EBADF\n", 0},
    {"close wakes those in connect", connect_is_closed, "some wait 1, EBADF for those 1\n", 0},
    {"close by another thread wakes the one in recv", closed_by_another_thread, "recv = -1 EBADF\n", 0},
    {"two greenlets in F_OFD_SETLKW", waits_for_a_lock, "locked 1 0\nunlock = 0\nall ended 1\nfcntl = 0\n", 0},
    {"a number that is used again while one waits", number_is_used_again,
     "recv = -1 EBADF\nthe other's byte = 1\n", GT_CASE_ALONE},
    {"dup2 wakes the one in recv", replaced_while_waiting,
     "dup2 of none -1\nended 0\ndup2 1\nrecv = -1 EBADF\n", 0},
    {"an interrupt ends recv with its code", interrupted,
     "recv = -1 ECANCELED\nrecv = -1 ETIMEDOUT\nagain = -1 ETIMEDOUT\nwithout a wait = 1\n", 0},
    {"an interrupt with a deadline's code ends sleep", interrupted_in_sleep,
     "soon 1, without work 1\nleft 1 ETIMEDOUT\n", GT_CASE_ALONE},
    {"close of none by another thread", none_closed_by_another_thread, "recv = 1\n", 0},
    {"close by another thread, told late", late_word_of_a_close,
     "the young one's wait = -1 ETIMEDOUT\nthe old one's recv = -1 EBADF\n", GT_CASE_ALONE},
    {"a number whose former file is open still", number_of_an_open_file, "ETIMEDOUT ETIMEDOUT\n", 0},
    {"close_range and closefrom wake the one in recv", closed_in_a_range,
     "to be closed = 0\nended 0\nclose_range = 0\nrecv = -1 EBADF\nended 0\nclose_range = 0\nrecv = -1 EBADF\n"
     "ended 0\nrecv = -1 EBADF\n",
     GT_CASE_ALONE},
    {"events for nothing", woken_for_nothing, "recv gets the last byte\n", 0},
    {"a signal does not end recv", signalled, "recv = 5 'hello'\n", GT_CASE_ALONE},
};

GT_CASE_TABLE(gt_greenlet_cases, cases);
