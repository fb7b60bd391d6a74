/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "subprocess".
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cases.h"

extern char **environ;

/* A shell, with libc's own functions. */
static pid_t start(gt_case_run *run, const char *command) {
    pid_t child = -1;
    int error = posix_spawn(&child, "/bin/sh", 0, 0, (char *[]){"sh", "-c", (char *)command, 0}, environ);
    if (error) errno = error, gt_setup(run, "posix_spawn", -1);
    return child;
}

static void note_status(gt_case_run *run, const char *what, int status) {
    if (WIFEXITED(status)) gt_note(run, "%s: exited with %d", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status)) gt_note(run, "%s: killed by %d", what, WTERMSIG(status));
    else if (WIFSTOPPED(status)) gt_note(run, "%s: stopped by %d", what, WSTOPSIG(status));
    else if (WIFCONTINUED(status)) gt_note(run, "%s: goes on", what);
    else gt_note(run, "%s: %x", what, (unsigned)status);
}

/* ----- waiting ----- */

static void waits_for_one(gt_case_run *run) {
    int status = -1;
    double began = gt_now();
    pid_t child = start(run, "sleep 0.1; exit 7");
    gt_note_result(run, "not yet", run->calls->waitpid(child, &status, WNOHANG));
    gt_note(run, "child %d", run->calls->waitpid(child, &status, 0) == child);
    gt_note_waited(run, began, 0.1);
    note_status(run, "status", status);
    gt_note_result(run, "again", run->calls->waitpid(child, &status, 0));
    child = start(run, "kill -9 $$");
    struct rusage usage = {.ru_maxrss = -1};
    gt_note(run, "child %d", run->calls->wait4(child, &status, 0, &usage) == child);
    note_status(run, "status", status);
    gt_note(run, "usage %d", usage.ru_maxrss > 0);
    child = start(run, "exit 0");
    gt_note(run, "child %d", run->calls->waitpid(child, 0, 0) == child);
    gt_note_result(run, "a stranger", run->calls->waitpid(1, &status, 0));
    gt_note_result(run, "an option", run->calls->waitpid(child, &status, 0x400000));
}

static void waits_for_stops(gt_case_run *run) {
    int status = -1;
    siginfo_t info;
    pid_t child = start(run, "sleep 0.05; kill -STOP $$; sleep 1; exit 9");
    gt_note(run, "child %d", run->calls->waitpid(child, &status, WUNTRACED) == child);
    note_status(run, "status", status);
    gt_note_result(run, "still there", run->calls->waitid(P_PID, (id_t)child, &info, WSTOPPED | WEXITED | WNOHANG));
    kill(child, SIGCONT);
    gt_note_result(run, "waitid", run->calls->waitid(P_PID, (id_t)child, &info, WCONTINUED));
    gt_note(run, "code %d status %d child %d", info.si_code, info.si_status, info.si_pid == child);
    gt_note_result(run, "left", run->calls->waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    gt_note_result(run, "waitid", run->calls->waitid(P_PID, (id_t)child, &info, WEXITED));
    gt_note(run, "code %d status %d child %d", info.si_code, info.si_status, info.si_pid == child);
    gt_note_result(run, "again", run->calls->waitid(P_PID, (id_t)child, &info, WEXITED));
    gt_note_result(run, "no options", run->calls->waitid(P_PID, (id_t)child, &info, 0));
}

/* Among all children: alone, since others' tests have theirs in this process. */
static void waits_for_any(gt_case_run *run) {
    int status = -1;
    siginfo_t info;
    gt_note_result(run, "none", run->calls->wait(&status));
    pid_t slow = start(run, "sleep 1; exit 1"), fast = start(run, "exit 2");
    gt_note(run, "fast %d", run->calls->wait(&status) == fast);
    note_status(run, "status", status);
    gt_note(run, "slow %d", run->calls->wait3(&status, 0, 0) == slow);
    note_status(run, "status", status);
    slow = start(run, "sleep 0.1; exit 3");
    gt_note_result(run, "waitid", run->calls->waitid(P_ALL, 0, &info, WEXITED));
    gt_note(run, "slow %d status %d", info.si_pid == slow, info.si_status);
    slow = start(run, "sleep 0.1; exit 4");
    gt_note(run, "own group %d", run->calls->waitpid(0, &status, 0) == slow);
    note_status(run, "status", status);
    gt_note_result(run, "another group", run->calls->waitpid(-1073741824, &status, 0));
}

/* ----- commands ----- */

static void runs_commands(gt_case_run *run) {
    double began = gt_now();
    errno = E2BIG;
    note_status(run, "exit 3", run->calls->system("sleep 0.06; exit 3"));
    gt_note_waited(run, began, 0.060);
    gt_note(run, "errno kept %d", errno == E2BIG);
    note_status(run, "killed", run->calls->system("kill -TERM $$"));
    note_status(run, "not found", run->calls->system("/no/such/command 2>/dev/null"));
    gt_note(run, "a shell is there: %d", run->calls->system(0) != 0);
}

static void reads_commands(gt_case_run *run) {
    char line[64];
    FILE *stream = run->calls->popen("sleep 0.06; echo hello; sleep 0.06; echo there; exit 5", "r");
    if (!stream) return (void)gt_setup(run, "popen", -1);
    double began = gt_now();
    gt_note(run, "descriptor %d", fileno(stream) > 2);
    while (fgets(line, sizeof line, stream)) gt_note(run, "%.*s", (int)strcspn(line, "\n"), line);
    gt_note_waited(run, began, 0.1);
    gt_note(run, "end %d error %d", feof(stream) != 0, ferror(stream) != 0);
    note_status(run, "pclose", run->calls->pclose(stream));
    stream = run->calls->popen("exit 6", "re");
    if (stream) note_status(run, "fclose", fclose(stream));
    stream = run->calls->popen("kill -9 $$", "r");
    if (stream) note_status(run, "killed", run->calls->pclose(stream));
    gt_note_result(run, "mode", run->calls->popen("exit 0", "x") ? 0 : -1);
    gt_note_result(run, "mode", run->calls->popen("exit 0", "rw") ? 0 : -1);
}

static void writes_commands(gt_case_run *run) {
    FILE *stream = run->calls->popen("sleep 0.1; test $(wc -c) = 588895 && exit 42", "w");
    if (!stream) return (void)gt_setup(run, "popen", -1);
    for (int i = 1; i <= 100000; i++) fprintf(stream, "%d\n", i);
    fprintf(stream, "%s", "");
    note_status(run, "pclose", run->calls->pclose(stream));
}

/* Opened by libc itself, and closed by whoever comes. */
static void closes_foreign(gt_case_run *run) {
    FILE *stream = popen("sleep 0.06; exit 4", "r");
    if (!stream) return (void)gt_setup(run, "popen", -1);
    double began = gt_now();
    note_status(run, "pclose", run->calls->pclose(stream));
    gt_note_waited(run, began, 0.05);
}

/* The command reads to the end of its input: it must not have been kept open by one that was started later. */
static void streams_are_closed_in_others(gt_case_run *run) {
    FILE *first = run->calls->popen("cat >/dev/null; exit 1", "w");
    FILE *second = run->calls->popen("cat >/dev/null; exit 2", "w");
    if (!first || !second) return (void)gt_setup(run, "popen", -1);
    note_status(run, "first", run->calls->pclose(first));
    note_status(run, "second", run->calls->pclose(second));
}

/* ----- fork ----- */

static void forks(gt_case_run *run) {
    int status = -1;
    pid_t child = run->calls->fork();
    if (child == 0) {
        run->calls->usleep(50000);
        _exit(run->calls->getaddrinfo("127.0.0.1", 0, 0, &(struct addrinfo *){0}) == 0 ? 11 : 12);
    }
    gt_note(run, "child %d", run->calls->waitpid(child, &status, 0) == child);
    note_status(run, "status", status);
    gt_note(run, "posix_spawn = %d", run->calls->posix_spawn(&child, "/bin/true", 0, 0, (char *[]){"true", 0},
                                                                environ));
    gt_note(run, "child %d", run->calls->waitpid(child, &status, 0) == child);
    gt_note(run, "no program: %d", run->calls->posix_spawn(&child, "/no/such", 0, 0, (char *[]){"x", 0}, environ));
}

/* ----- greenlets ----- */

typedef struct waiter {
    gt_case_run *run;
    pid_t child, found;
    const char *command;
    int status, error, ended;
    double at;
} waiter;

/* Commands under way. */
static int running, most_running;

static void wait_in_greenlet(void *context) {
    waiter *self = context;
    self->found = self->run->calls->waitpid(self->child, &self->status, 0);
    self->at = gt_now();
    self->ended = 1;
}

static void system_in_greenlet(void *context) {
    waiter *self = context;
    if (++running > most_running) most_running = running;
    self->status = self->run->calls->system(self->command);
    running--;
    self->error = errno;
    self->at = gt_now();
    self->ended = 1;
}

static void popen_in_greenlet(void *context) {
    waiter *self = context;
    char line[64] = "";
    if (++running > most_running) most_running = running;
    FILE *stream = self->run->calls->popen(self->command, "r");
    if (!stream || !fgets(line, sizeof line, stream)) gt_setup(self->run, "popen", -1);
    self->status = self->run->calls->pclose(stream);
    running--;
    self->found = atoi(line);
    self->at = gt_now();
    self->ended = 1;
}

/* Ten seconds at most. Returns how often this greenlet ran meanwhile. */
static int await(gt_case_run *run, const waiter *waiters, size_t count) {
    for (int turn = 0; turn < 1000; turn++) {
        size_t ended = 0;
        for (size_t i = 0; i < count; i++) ended += waiters[i].ended != 0;
        if (ended == count) return turn;
        run->calls->usleep(10000);
    }
    gt_note(run, "somebody still waits");
    return 0;
}

static void two_wait(gt_case_run *run) {
    waiter waiters[] = {{.run = run, .child = start(run, "sleep 1; exit 1")},
                        {.run = run, .child = start(run, "sleep 0.1; exit 2")}};
    for (int i = 0; i < 2; i++) gt_greenlets.spawn(wait_in_greenlet, &waiters[i], "waiter", 0);
    int turns = await(run, waiters, 2);
    gt_note(run, "others went on %d", turns >= 3);
    gt_note(run, "in order %d", waiters[1].at < waiters[0].at);
    for (int i = 0; i < 2; i++) {
        gt_note(run, "child %d", waiters[i].found == waiters[i].child);
        note_status(run, "status", waiters[i].status);
    }
}

static void many_run_commands(gt_case_run *run) {
    waiter waiters[10];
    running = most_running = 0;
    for (int i = 0; i < 10; i++) {
        waiters[i] = (waiter){.run = run, .command = i % 2 ? "sleep 0.5; echo 5; exit 3" : "sleep 0.5; exit 3"};
        gt_greenlets.spawn(i % 2 ? popen_in_greenlet : system_in_greenlet, &waiters[i], "command", 0);
    }
    await(run, waiters, 10);
    int right = 0;
    for (int i = 0; i < 10; i++) right += waiters[i].status == 3 << 8 && waiters[i].found == (i % 2 ? 5 : 0);
    gt_note(run, "right %d, together %d", right, most_running);
}

static void interrupt_ends_command(gt_case_run *run) {
    waiter self = {.run = run, .command = "exec sleep 100"};
    double began = gt_now();
    gt_greenlet *greenlet = gt_greenlets.spawn(system_in_greenlet, &self, "command", 0);
    run->calls->usleep(100000);
    gt_greenlets.interrupt(greenlet, ECANCELED);
    await(run, &self, 1);
    errno = self.error;
    gt_note_result(run, "system", self.status);
    gt_note(run, "soon %d", gt_now() - began < 50);
    gt_note_result(run, "no child is left", waitpid(-1, 0, WNOHANG));
}

/* ----- vfork ----- */

static void note_child(gt_case_run *run, const char *what, pid_t child) {
    int status = -1;
    gt_setup(run, what, child);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    note_status(run, what, status);
}

static void wait_for_900(void *context) {
    waiter *self = context;
    int code = gt_wait_fd(900, GT_READ, gt_now() + 0.3, "recv");
    self->error = -code;
    self->ended = 1;
}

/* Somebody who waits for 900, for a while. */
static void spawn_waiter_for_900(gt_case_run *run, waiter *self, int ends[2]) {
    *self = (waiter){.run = run};
    gt_setup(run, "pipe", pipe(ends));
    gt_setup(run, "dup2", dup2(ends[0], 900));
    gt_greenlets.spawn(wait_for_900, self, "waiter", 0);
    run->calls->usleep(10000);
}

static void close_900(int ends[2]) {
    for (int i = 0; i < 2; i++) close(ends[i]);
    close(900);
}

/* The child's calls are its own: what it closes is open in the parent. */
static void vforks(gt_case_run *run) {
    waiter self;
    int ends[2];
    spawn_waiter_for_900(run, &self, ends);
    pid_t child = run->calls->vfork();
    if (child == 0) {
        run->calls->close(900);
        _exit(5);
    }
    note_child(run, "vfork", child);
    await(run, &self, 1);
    gt_note(run, "the other's wait: %s", strerrorname_np(self.error));
    close_900(ends);
}

static void waits_by_pidfd(gt_case_run *run) {
    siginfo_t info;
    pid_t child = start(run, "sleep 0.2; exit 4");
    int fd = gt_setup(run, "pidfd_open", (int)syscall(SYS_pidfd_open, child, 0));
    gt_setup(run, "fcntl", fcntl(fd, F_SETFL, O_NONBLOCK));
    gt_note_result(run, "not yet", run->calls->waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED));
    gt_setup(run, "fcntl", fcntl(fd, F_SETFL, 0));
    gt_note_result(run, "waitid", run->calls->waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED));
    gt_note(run, "status %d", info.si_status);
    close(fd);
}

static void *flush_all(void *context) {
    (void)context;
    poll(0, 0, 60);
    fflush(0);
    return 0;
}

/* A greenlet that is suspended in a stream keeps nobody from other streams. */
static void others_use_streams(gt_case_run *run) {
    waiter self = {.run = run, .command = "sleep 0.4; echo 6; exit 3"};
    pthread_t thread;
    gt_greenlets.spawn(popen_in_greenlet, &self, "command", 0);
    gt_setup(run, "pthread_create", -pthread_create(&thread, 0, flush_all, 0));
    run->calls->usleep(150000);
    FILE *null = fopen("/dev/null", "r");
    gt_note(run, "opened %d, still reading %d", null != 0, !self.ended);
    if (null) fclose(null);
    pthread_join(thread, 0);
    await(run, &self, 1);
    gt_note(run, "read %d", self.found);
}

static const gt_case cases[] = {
    {"waitpid: one child", waits_for_one, 0, 0},
    {"waitpid and waitid: children that stop", waits_for_stops, 0, 0},
    {"wait and its kin: any child", waits_for_any, 0, GT_CASE_ALONE},
    {"system", runs_commands, 0, GT_CASE_ALONE},
    {"popen: reading", reads_commands, 0, GT_CASE_ALONE},
    {"popen: writing", writes_commands, 0, GT_CASE_ALONE},
    {"pclose: a stream of libc's", closes_foreign, 0, GT_CASE_ALONE},
    {"popen: two at once", streams_are_closed_in_others, 0, GT_CASE_ALONE},
    {"fork and posix_spawn", forks, 0, GT_CASE_ALONE},
    {"waitpid: two greenlets", two_wait,
     "others went on 1\nin order 1\nchild 1\nstatus: exited with 1\nchild 1\nstatus: exited with 2\n", 0},
    {"system and popen: ten greenlets", many_run_commands, "right 10, together 10\n", GT_CASE_ALONE},
    {"vfork: the child closes", vforks, "vfork: exited with 5\nthe other's wait: ETIMEDOUT\n", GT_CASE_ALONE},
    {"waitid: O_NONBLOCK", waits_by_pidfd, 0, 0},
    {"popen: others use streams", others_use_streams, "opened 1, still reading 1\nread 6\n", GT_CASE_ALONE},
    {"system: interrupted", interrupt_ends_command, "system = -1 ECANCELED\nsoon 1\nno child is left = -1 ECHILD\n",
     GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_subprocess_cases, cases);
