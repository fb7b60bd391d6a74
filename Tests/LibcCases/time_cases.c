/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "time".
 */
#define _GNU_SOURCE
#include <threads.h>
#include <time.h>

#include "cases.h"

static const struct timespec shortly = {0, 60000000};
static const struct timespec none = {0, 0};

static void sleeps(gt_case_run *run) {
    double start = gt_now();
    struct timespec left = {7, 7};
    gt_note_result(run, "usleep", run->calls->usleep(60000));
    gt_note_waited(run, start, 0.060);
    gt_note_result(run, "nanosleep", run->calls->nanosleep(&shortly, &left));
    gt_note_waited(run, start, 0.120);
    gt_note_result(run, "thrd_sleep", run->calls->thrd_sleep(&shortly, &left));
    gt_note_waited(run, start, 0.180);
    gt_note(run, "left: %ld %ld", (long)left.tv_sec, left.tv_nsec);
    gt_note(run, "sleep = %u", run->calls->sleep(1));
    gt_note_waited(run, start, 1.180);
}

static void sleeps_not_at_all(gt_case_run *run) {
    errno = E2BIG;
    gt_note(run, "sleep = %u", run->calls->sleep(0));
    gt_note_result(run, "usleep", run->calls->usleep(0));
    gt_note_result(run, "nanosleep", run->calls->nanosleep(&none, 0));
    gt_note(run, "clock_nanosleep = %d", run->calls->clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &none, 0));
    gt_note(run, "clock_nanosleep = %d", run->calls->clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &shortly, 0));
    gt_note(run, "errno %d", errno == E2BIG);
}

static void refuses(gt_case_run *run) {
    struct timespec wrong[] = {{0, 1000000000}, {0, -1}, {-1, 0}}, left = {7, 7};
    for (int i = 0; i < 3; i++) {
        gt_note_result(run, "nanosleep", run->calls->nanosleep(&wrong[i], &left));
        gt_note(run, "thrd_sleep = %d", run->calls->thrd_sleep(&wrong[i], &left));
        gt_note(run, "clock_nanosleep = %d", run->calls->clock_nanosleep(CLOCK_REALTIME, 0, &wrong[i], &left));
    }
    gt_note(run, "left: %ld %ld", (long)left.tv_sec, left.tv_nsec);
    gt_note_result(run, "bad address", run->calls->nanosleep(0, 0));
    gt_note(run, "no clock: %d", run->calls->clock_nanosleep(99, 0, &shortly, 0));
    gt_note(run, "own time: %d", run->calls->clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &shortly, 0));
    gt_note(run, "coarse: %d", run->calls->clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &shortly, 0));
}

static void sleeps_on_clocks(gt_case_run *run) {
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
    for (int i = 0; i < 4; i++) {
        double start = gt_now();
        gt_note(run, "relative = %d", run->calls->clock_nanosleep(clocks[i], 0, &shortly, 0));
        gt_note_waited(run, start, 0.060);
        struct timespec time;
        gt_setup(run, "clock_gettime", clock_gettime(clocks[i], &time));
        time.tv_nsec += shortly.tv_nsec;
        if (time.tv_nsec >= 1000000000) time.tv_nsec -= 1000000000, time.tv_sec++;
        gt_note(run, "absolute = %d", run->calls->clock_nanosleep(clocks[i], TIMER_ABSTIME, &time, 0));
        gt_note_waited(run, start, 0.120);
    }
}

/* ----- greenlets ----- */

enum { MANY = 100 };

typedef struct sleeper {
    gt_case_run *run;
    int ended;
    long result;
    int error;
    struct timespec left;
} sleeper;

static __thread int asleep, most_asleep;

static void sleep_in_greenlet(void *context) {
    sleeper *self = context;
    if (++asleep > most_asleep) most_asleep = asleep;
    self->result = self->run->calls->usleep(100000);
    asleep--;
    self->ended = 1;
}

static void many_sleep(gt_case_run *run) {
    sleeper sleepers[MANY];
    double start = gt_now();
    asleep = most_asleep = 0;
    for (int i = 0; i < MANY; i++) {
        sleepers[i] = (sleeper){.run = run};
        if (!gt_greenlets.spawn(sleep_in_greenlet, &sleepers[i], "sleeper", 0)) gt_setup(run, "spawn", -1);
    }
    int turns = 0, ended = 0;
    while (gt_now() - start < 10 && ended < MANY) {
        turns++;
        run->calls->usleep(10000);
        ended = 0;
        for (int i = 0; i < MANY; i++) ended += sleepers[i].ended && sleepers[i].result == 0;
    }
    gt_note(run, "ended %d", ended);
    gt_note(run, "together %d, others went on %d", most_asleep, turns >= 3);
}

static void sleep_long(void *context) {
    sleeper *self = context;
    struct timespec time = {100, 0};
    self->result = self->run->calls->nanosleep(&time, &self->left);
    self->error = errno;
    self->ended = (int)self->run->calls->sleep(100);
}

static void interrupt_ends_sleep(gt_case_run *run) {
    sleeper self = {.run = run};
    gt_greenlet *greenlet = gt_greenlets.spawn(sleep_long, &self, "sleeper", 0);
    run->calls->usleep(50000);
    gt_greenlets.interrupt(greenlet, ECANCELED);
    run->calls->usleep(50000);
    errno = self.error;
    gt_note_result(run, "nanosleep", self.result);
    gt_note(run, "left: %d", self.left.tv_sec > 50 && self.left.tv_sec < 100);
    gt_note(run, "sleep = %d", self.ended);
}

static const gt_case cases[] = {
    {"sleep and its kin", sleeps, 0, 0},
    {"sleep and its kin: for no time", sleeps_not_at_all, 0, 0},
    {"nanosleep and its kin: refusals", refuses, 0, 0},
    {"clock_nanosleep: clocks", sleeps_on_clocks, 0, 0},
    {"usleep: a hundred greenlets together", many_sleep, "ended 100\ntogether 100, others went on 1\n", 0},
    {"sleep: interrupted", interrupt_ends_sleep, "nanosleep = -1 ECANCELED\nleft: 1\nsleep = 100\n", 0},
};
GT_CASE_TABLE(gt_time_cases, cases);
