/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a thread does at the moment, seen from another one.
 */
#ifndef GT_WATCH_THREAD_H
#define GT_WATCH_THREAD_H

/* Not the system's thread types: who imports this into Swift would have to be named wherever they are used. */
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum {
    /* The system does not tell. */
    GT_THREAD_UNKNOWN = 0,
    /* On a CPU, or waiting for one. */
    GT_THREAD_RUNNING = 1,
    /* In a system call that waits. */
    GT_THREAD_BLOCKED = 2
};

/* A thread to look at: which one it is, and what is kept open to look with. */
typedef struct gt_watched_thread {
    /* The system's number, and the pthread_t. */
    int id;
    unsigned long thread;
    /* Descriptors of /proc/self/task/ID/{syscall,schedstat,stat}; -1 where there is none. */
    int syscall, schedstat, stat;
} gt_watched_thread;

typedef struct gt_thread_state {
    /* GT_THREAD_... */
    int state;
    /* While blocked: the call's number (-1 for a page fault), the stack pointer, and where it goes on. */
    long call;
    uintptr_t sp, pc;
} gt_thread_state;

/* The calling thread, to be watched by others. Returns 0 or a negative errno value. */
int gt_watched_thread_open(gt_watched_thread *thread);
void gt_watched_thread_close(gt_watched_thread *thread);
void gt_watched_thread_look(const gt_watched_thread *thread, gt_thread_state *state);
/* Whether it is stopped, by a debugger or a signal. */
int gt_watched_thread_is_stopped(const gt_watched_thread *thread);
/* Seconds that the thread has run, and has waited for a CPU; `waited` is -1 where the kernel does not tell. */
void gt_watched_thread_times(const gt_watched_thread *thread, double *ran, double *waited);

/* Makes ready for gt_watch_backtrace(): takes a real-time signal that nobody else uses. Returns it, or a negative errno
 * value. */
int gt_watch_take_signal(void);
/* The one that was taken; 0 if none was. */
int gt_watch_signal_taken(void);

/* The addresses on the thread's stack, innermost first; how many, 0 if they cannot be had. `sp` gets its stack pointer.
 * A blocked thread is read as it stands, and never knows; a running one is interrupted by a signal for as long as it
 * takes to copy its stack. */
size_t gt_watch_backtrace(const gt_watched_thread *thread, const gt_thread_state *state, void **addresses,
                          size_t capacity, uintptr_t *sp);
/* Whether a blocked thread was brought to wait by the object that `symbol` is in: that has the innermost function which
 * is not libc's. */
int gt_watch_waits_in(const gt_thread_state *state, const void *symbol);

#pragma GCC visibility pop

#endif
