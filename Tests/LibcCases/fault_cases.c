/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Faults put in where the cooperative functions call libc: a plan says what the next calls do instead.
 */
#define _GNU_SOURCE
#include "../../Sources/CMonkeyPatch/originals.h"
#include "cases.h"
#include "peer.h"

/* What a call is to do: pass at most so many bytes, or fail; for so many calls. */
typedef struct fault {
    int error;
    size_t bytes;
    int calls;
} fault;

/* Ended by one with no calls left; from there on the calls are libc's own. */
static const fault *plan;
static int left;
static struct gt_originals saved;

/* The fault of this call; null for none. */
static const fault *next_fault(void) {
    while (plan && left == 0) {
        if (plan->calls == 0) return plan = 0;
        left = (++plan)->calls;
        if (left == 0) return plan = 0;
    }
    if (!plan) return 0;
    left--;
    return plan;
}

static void begin(const fault *faults) {
    saved = gt_libc;
    plan = faults;
    left = faults->calls;
}

static void end(void) {
    gt_libc = saved;
    plan = 0;
}

static ssize_t failing(int error) {
    errno = error;
    return -1;
}

/* As much of a message as the fault lets through. */
static ssize_t cut(ssize_t (*call)(int, void *, size_t, int), int fd, const struct msghdr *message, int flags, size_t most) {
    size_t size = message->msg_iov[0].iov_len;
    return call(fd, message->msg_iov[0].iov_base, size < most ? size : most, flags);
}

static ssize_t faulty_recv(int fd, void *buffer, size_t size, int flags) {
    const fault *fault = next_fault();
    if (fault && fault->error) return failing(fault->error);
    return saved.recv(fd, buffer, fault && fault->bytes < size ? fault->bytes : size, flags);
}

static ssize_t faulty_recvmsg(int fd, struct msghdr *message, int flags) {
    const fault *fault = next_fault();
    if (fault && fault->error) return failing(fault->error);
    return fault ? cut(saved.recv, fd, message, flags, fault->bytes) : saved.recvmsg(fd, message, flags);
}

static ssize_t plain_send(int fd, void *buffer, size_t size, int flags) { return saved.send(fd, buffer, size, flags); }

static ssize_t faulty_send(int fd, const void *buffer, size_t size, int flags) {
    const fault *fault = next_fault();
    if (fault && fault->error) return failing(fault->error);
    return saved.send(fd, buffer, fault && fault->bytes < size ? fault->bytes : size, flags);
}

static ssize_t faulty_sendmsg(int fd, const struct msghdr *message, int flags) {
    const fault *fault = next_fault();
    if (fault && fault->error) return failing(fault->error);
    return fault ? cut(plain_send, fd, message, flags, fault->bytes) : saved.sendmsg(fd, message, flags);
}

static int faulty_accept4(int fd, __SOCKADDR_ARG address, socklen_t *length, int flags) {
    const fault *fault = next_fault();
    return fault ? (int)failing(fault->error) : saved.accept4(fd, address, length, flags);
}

static void begin_receiving(const fault *faults) {
    begin(faults);
    gt_libc.recv = faulty_recv;
    gt_libc.recvmsg = faulty_recvmsg;
}

static void begin_sending(const fault *faults) {
    begin(faults);
    gt_libc.send = faulty_send;
    gt_libc.sendmsg = faulty_sendmsg;
}

/* Receives from a peer that has sent eight bytes. */
static void receive(gt_case_run *run, const fault *faults, int flags) {
    int pair[2];
    char buffer[16];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    gt_setup(run, "send", (int)send(pair[1], "abcdefgh", 8, 0) == 8 ? 0 : -1);
    begin_receiving(faults);
    gt_note_bytes(run, "recv", run->calls->recv(pair[0], buffer, 8, flags), buffer);
    end();
    gt_close_both(pair);
}

static void short_reads(gt_case_run *run) {
    receive(run, (fault[]){{0, 3, 1}, {0}}, 0);
    receive(run, (fault[]){{0, 1, 8}, {0}}, MSG_WAITALL);
}

static void interrupted_reads(gt_case_run *run) {
    receive(run, (fault[]){{EINTR, 0, 1}, {0}}, 0);
    receive(run, (fault[]){{0, 3, 1}, {EINTR, 0, 1}, {0}}, MSG_WAITALL);
}

static void reset_reads(gt_case_run *run) {
    receive(run, (fault[]){{ECONNRESET, 0, 1}, {0}}, 0);
    receive(run, (fault[]){{0, 3, 1}, {ECONNRESET, 0, 1}, {0}}, MSG_WAITALL);
}

static void storms(gt_case_run *run) { receive(run, (fault[]){{EAGAIN, 0, 40}, {0}}, 0); }

static void out_of_memory(gt_case_run *run) { receive(run, (fault[]){{ENOMEM, 0, 1}, {0}}, 0); }

/* Sends eight bytes, and tells what came through. */
static void transmit(gt_case_run *run, const fault *faults) {
    int pair[2];
    char buffer[16];
    if (gt_unix_pair(run, SOCK_STREAM, pair)) return;
    begin_sending(faults);
    gt_note_result(run, "send", run->calls->send(pair[0], "abcdefgh", 8, 0));
    end();
    shutdown(pair[0], SHUT_WR);
    gt_note_bytes(run, "came", recv(pair[1], buffer, sizeof buffer, MSG_WAITALL), buffer);
    gt_close_both(pair);
}

static void short_writes(gt_case_run *run) {
    transmit(run, (fault[]){{0, 1, 8}, {0}});
    transmit(run, (fault[]){{0, 5, 1}, {EAGAIN, 0, 30}, {0}});
}

static void failed_writes(gt_case_run *run) {
    transmit(run, (fault[]){{ECONNRESET, 0, 1}, {0}});
    transmit(run, (fault[]){{0, 5, 1}, {ECONNRESET, 0, 1}, {0}});
    transmit(run, (fault[]){{EINTR, 0, 1}, {0}});
    transmit(run, (fault[]){{0, 5, 1}, {EINTR, 0, 1}, {0}});
}

/* A connection waits; the table of files is full, then it is not. */
static void full_tables(gt_case_run *run) {
    int listener = gt_tcp_listener(run, 8);
    struct sockaddr_storage address;
    socklen_t length;
    if (listener < 0 || gt_setup(run, "address", gt_address_of(listener, &address, &length))) return;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    gt_setup(run, "connect", connect(client, (struct sockaddr *)&address, length));
    begin((fault[]){{ENFILE, 0, 1}, {ECONNABORTED, 0, 1}, {EAGAIN, 0, 20}, {0}});
    gt_libc.accept4 = faulty_accept4;
    gt_note_result(run, "accept", run->calls->accept(listener, 0, 0));
    gt_note_result(run, "accept", run->calls->accept(listener, 0, 0));
    int accepted = run->calls->accept(listener, 0, 0);
    end();
    gt_note(run, "accepted %d", accepted >= 0);
    gt_note(run, "flags of the listener %d", fcntl(listener, F_GETFL) & O_NONBLOCK);
    close(accepted);
    close(client);
    close(listener);
}

static const gt_case cases[] = {
    {"injected short reads", short_reads, "recv = 3 'abc'\nrecv = 8 'abcdefgh'\n", GT_CASE_ALONE},
    {"injected EINTR in reads", interrupted_reads, "recv = -1 EINTR\nrecv = 3 'abc'\n", GT_CASE_ALONE},
    {"injected ECONNRESET in reads", reset_reads, "recv = -1 ECONNRESET\nrecv = 3 'abc'\n", GT_CASE_ALONE},
    {"an injected storm of EAGAIN", storms, "recv = 8 'abcdefgh'\n", GT_CASE_ALONE},
    {"injected ENOMEM", out_of_memory, "recv = -1 ENOMEM\n", GT_CASE_ALONE},
    {"injected short writes", short_writes,
     "send = 8\ncame = 8 'abcdefgh'\nsend = 8\ncame = 8 'abcdefgh'\n", GT_CASE_ALONE},
    {"injected failures of writes", failed_writes,
     "send = -1 ECONNRESET\ncame = 0 ''\nsend = 5\ncame = 5 'abcde'\nsend = -1 EINTR\ncame = 0 ''\nsend = 5\n"
     "came = 5 'abcde'\n",
     GT_CASE_ALONE},
    {"injected ENFILE in accept", full_tables,
     "accept = -1 ENFILE\naccept = -1 ECONNABORTED\naccepted 1\nflags of the listener 0\n", GT_CASE_ALONE},
};

GT_CASE_TABLE(gt_fault_cases, cases);
