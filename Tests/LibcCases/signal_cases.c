/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "signal".
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>

#include "cases.h"
#include "peer.h"

static const struct timespec no_time = {0, 0};
static const struct timespec shortly = {0, 60000000};
static const struct timespec long_enough = {10, 0};
static const gt_peer_step soon[] = {{60, GT_PEER_INTERRUPTS, 0, 0, 0, 0}, {0}};

static volatile sig_atomic_t handled;

static void handle(int number) {
    (void)number;
    handled++;
}

static void handle_usr1(gt_case_run *run) {
    struct sigaction action = {.sa_handler = handle};
    handled = 0;
    gt_setup(run, "sigaction", sigaction(SIGUSR1, &action, 0));
}

static void set_usr1_blocked(int blocked, sigset_t *usr1) {
    sigemptyset(usr1);
    sigaddset(usr1, SIGUSR1);
    pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, usr1, 0);
}

static void fetches_pending(gt_case_run *run) {
    sigset_t usr1;
    siginfo_t info;
    int number = 0;
    set_usr1_blocked(1, &usr1);
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note(run, "sigwait = %d, %d", run->calls->sigwait(&usr1, &number), number == SIGUSR1);
    pthread_sigqueue(pthread_self(), SIGUSR1, (union sigval){.sival_int = 5});
    gt_note(run, "sigwaitinfo %d", run->calls->sigwaitinfo(&usr1, &info) == SIGUSR1);
    gt_note(run, "from us %d, %d, value %d", info.si_pid == getpid(), info.si_code == SI_QUEUE,
            info.si_value.sival_int);
    gt_note_result(run, "no time", run->calls->sigtimedwait(&usr1, &info, &no_time));
}

static void waits_for_signals(gt_case_run *run) {
    sigset_t usr1;
    siginfo_t info;
    gt_peer peer;
    int number = 0;
    set_usr1_blocked(1, &usr1);
    double start = gt_now();
    gt_note_result(run, "timeout", run->calls->sigtimedwait(&usr1, &info, &shortly));
    gt_note_waited(run, start, 0.060);
    gt_peer_start(run, &peer, soon);
    gt_note(run, "sigwait = %d, %d", run->calls->sigwait(&usr1, &number), number == SIGUSR1);
    gt_peer_join(&peer);
    gt_peer_start(run, &peer, soon);
    gt_note(run, "sigwaitinfo %d", run->calls->sigwaitinfo(&usr1, 0) == SIGUSR1);
    gt_peer_join(&peer);
    gt_peer_start(run, &peer, soon);
    gt_note(run, "sigtimedwait %d", run->calls->sigtimedwait(&usr1, &info, &long_enough) == SIGUSR1);
    gt_peer_join(&peer);
    gt_note_waited(run, start, 0.240);
    gt_note_result(run, "no time of day", run->calls->sigtimedwait(&usr1, &info, &(struct timespec){0, 1000000000}));
}

static void pauses(gt_case_run *run) {
    sigset_t usr1, mask;
    gt_peer peer;
    handle_usr1(run);
    set_usr1_blocked(0, &usr1);
    double start = gt_now();
    gt_peer_start(run, &peer, soon);
    gt_note_result(run, "pause", run->calls->pause());
    gt_peer_join(&peer);
    gt_note_waited(run, start, 0.060);
    gt_note(run, "handled %d", (int)handled);
    pthread_sigmask(SIG_SETMASK, 0, &mask);
    gt_note(run, "blocked %d", sigismember(&mask, SIGUSR1));
}

static void suspends(gt_case_run *run) {
    sigset_t usr1, open, mask;
    gt_peer peer;
    handle_usr1(run);
    pthread_sigmask(SIG_SETMASK, 0, &open);
    sigdelset(&open, SIGUSR1);
    set_usr1_blocked(1, &usr1);
    pthread_kill(pthread_self(), SIGUSR1);
    gt_note_result(run, "pending", run->calls->sigsuspend(&open));
    gt_note(run, "handled %d", (int)handled);
    double start = gt_now();
    gt_peer_start(run, &peer, soon);
    gt_note_result(run, "blocked", run->calls->sigsuspend(&open));
    gt_peer_join(&peer);
    gt_note_waited(run, start, 0.060);
    pthread_sigmask(SIG_SETMASK, 0, &mask);
    gt_note(run, "handled %d, blocked %d", (int)handled, sigismember(&mask, SIGUSR1));
    set_usr1_blocked(0, &usr1);
    gt_peer_start(run, &peer, soon);
    gt_note_result(run, "open", run->calls->sigsuspend(&open));
    gt_peer_join(&peer);
    gt_note(run, "handled %d", (int)handled);
}

/* ----- greenlets ----- */

typedef struct pausing {
    gt_case_run *run;
    int result, error, ended;
} pausing;

static void pause_in_greenlet(void *context) {
    pausing *self = context;
    self->result = self->run->calls->pause();
    self->error = errno;
    self->ended = 1;
}

/* The loop's thread goes on, and what it starts has the signal open. */
static void others_go_on(gt_case_run *run) {
    sigset_t usr1;
    pausing self = {.run = run};
    handle_usr1(run);
    set_usr1_blocked(0, &usr1);
    gt_greenlets.spawn(pause_in_greenlet, &self, "pausing", 0);
    run->calls->usleep(30000);
    /* Killed by the signal, unless it was blocked. */
    int status = run->calls->system("kill -USR1 $$; exit 1");
    gt_note(run, "a command is killed %d", WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    pid_t child = run->calls->fork();
    if (child == 0) {
        signal(SIGUSR1, SIG_DFL);
        raise(SIGUSR1);
        _exit(1);
    }
    run->calls->waitpid(child, &status, 0);
    gt_note(run, "a child is killed %d", WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    gt_note(run, "still pausing %d", !self.ended);
    pthread_kill(pthread_self(), SIGUSR1);
    for (int turn = 0; turn < 500 && !self.ended; turn++) run->calls->usleep(10000);
    errno = self.error;
    gt_note_result(run, "pause", self.result);
    gt_note(run, "handled %d", (int)handled);
    pthread_sigmask(SIG_SETMASK, 0, &usr1);
    gt_note(run, "blocked %d", sigismember(&usr1, SIGUSR1));
}

static void interrupt_ends_pause(gt_case_run *run) {
    pausing self = {.run = run};
    gt_greenlet *greenlet = gt_greenlets.spawn(pause_in_greenlet, &self, "pausing", 0);
    run->calls->usleep(30000);
    gt_greenlets.interrupt(greenlet, ECANCELED);
    run->calls->usleep(30000);
    errno = self.error;
    gt_note_result(run, "pause", self.result);
}

/* It would be held back until the pause is over, and the detector be blind. */
static void pause_leaves_detector(gt_case_run *run) {
    pausing self = {.run = run};
    sigset_t blocked;
    int number = gt_setup(run, "gt_watch_take_signal", gt_watch_take_signal());
    handle_usr1(run);
    set_usr1_blocked(0, &blocked);
    sigaddset(&blocked, number);
    pthread_sigmask(SIG_UNBLOCK, &blocked, 0);
    gt_greenlet *greenlet = gt_greenlets.spawn(pause_in_greenlet, &self, "pausing", 0);
    run->calls->usleep(30000);
    pthread_sigmask(SIG_SETMASK, 0, &blocked);
    gt_note(run, "held %d, the detector's %d", sigismember(&blocked, SIGUSR1), sigismember(&blocked, number));
    gt_greenlets.interrupt(greenlet, ECANCELED);
    run->calls->usleep(30000);
}

static const gt_case cases[] = {
    {"sigwait and its kin: what is pending", fetches_pending, 0, GT_CASE_ALONE},
    {"sigwait and its kin: what comes later", waits_for_signals, 0, GT_CASE_ALONE},
    {"pause", pauses, 0, GT_CASE_ALONE},
    {"sigsuspend", suspends, 0, GT_CASE_ALONE},
    {"pause: others go on", others_go_on,
     "a command is killed 1\na child is killed 1\nstill pausing 1\npause = -1 EINTR\nhandled 1\nblocked 0\n",
     GT_CASE_ALONE},
    {"pause: the detector's signal", pause_leaves_detector, "held 1, the detector's 0\n", GT_CASE_ALONE},
    {"pause: interrupted", interrupt_ends_pause, "pause = -1 ECANCELED\n", GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_signal_cases, cases);
