/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Another thread's backtrace. One that waits in the kernel is read where it stands: a signal would end its call with
 * EINTR, which the app would see. One that runs is asked by a signal: its handler hands over the registers, and holds
 * still until the stack is copied. Everything else happens on the caller's thread.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "watch_thread.h"
#include "gt_unwind.h"

/* What is copied of a stack at most, from the innermost frame outwards. */
enum { STACK_WORDS = 32 * 1024 };
/* How long a running thread may take to answer, and is held at most: milliseconds. */
enum { ANSWER_LIMIT = 1000, HOLD_LIMIT = 200 };

/* The watcher asks (odd), the handler answers (even). One watcher at a time. */
static atomic_uint request;
static atomic_uint answered;
static atomic_uint copied;
/* The handler did not wait any longer. */
static atomic_uint left;
static atomic_int asked_thread;
static gt_unwind_frame answer;
static int taken_signal;

/* Used by the watcher alone. */
static uintptr_t words[STACK_WORDS];

/* Until `word` is `number`, or so many milliseconds have passed: whether it is. */
static int wait_for(atomic_uint *word, unsigned number, int milliseconds) {
    const struct timespec limit = {.tv_nsec = 1000000};
    for (int i = 0; i < milliseconds; i++) {
        unsigned present = atomic_load(word);
        if (present == number) return 1;
        syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, present, &limit, 0, 0);
    }
    return atomic_load(word) == number;
}

static void futex_wake(atomic_uint *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

#if defined(__x86_64__)
static void save(const ucontext_t *context, gt_unwind_frame *frame) {
    static const int numbers[][2] = {
        {3, REG_RBX}, {6, REG_RBP}, {7, REG_RSP}, {12, REG_R12}, {13, REG_R13}, {14, REG_R14}, {15, REG_R15},
    };
    const greg_t *registers = context->uc_mcontext.gregs;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        gt_unwind_set(frame, numbers[i][0], (uintptr_t)registers[numbers[i][1]]);
    }
    frame->pc = (uintptr_t)registers[REG_RIP];
}

/* The thread ran when it was looked at, but has begun a call since that a handler's return ends with EINTR (SA_RESTART
 * does not cover sleeping and polling). Nothing has happened in it yet: begin it again. libc loads the call's number by
 * `mov $number, %eax` just before `syscall`. */
static void begin_again(ucontext_t *context) {
    greg_t *registers = context->uc_mcontext.gregs;
    if (registers[REG_RAX] != -EINTR) return;
    const uint8_t *code = (const uint8_t *)registers[REG_RIP];
    if (code[-2] != 0x0F || code[-1] != 0x05 || code[-7] != 0xB8) return;
    registers[REG_RIP] -= 7;
}
#elif defined(__aarch64__)
static void save(const ucontext_t *context, gt_unwind_frame *frame) {
    const mcontext_t *machine = &context->uc_mcontext;
    for (int number = 19; number <= 30; number++) gt_unwind_set(frame, number, machine->regs[number]);
    gt_unwind_set(frame, GT_UNWIND_SP, machine->sp);
    frame->pc = machine->pc;
}

/* The call's first argument is lost by then: a call that began between look and signal may see EINTR. */
static void begin_again(ucontext_t *context) {
    (void)context;
}
#endif

/* Async-signal-safe: atomics, futexes, and memory of its own. */
static void hand_over(int number, siginfo_t *info, void *context) {
    (void)number, (void)info;
    int saved = errno;
    unsigned now = atomic_load(&request);
    begin_again(context);
    if (now % 2 == 1 && atomic_load(&asked_thread) == (int)syscall(SYS_gettid)) {
        gt_unwind_frame frame = {.is_exact = 1};
        save(context, &frame);
        answer = frame;
        atomic_store(&answered, now);
        futex_wake(&answered);
        wait_for(&copied, now, HOLD_LIMIT);
        atomic_store(&left, now);
    }
    errno = saved;
}

int gt_watch_signal_taken(void) { return taken_signal; }

/* This process's memory; -1 until it is open. */
static int memory = -1;

static void open_memory(void) {
    if (memory < 0) memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
}

int gt_watch_take_signal(void) {
    if (taken_signal) return taken_signal;
    /* There may be no descriptor left when it is needed. */
    open_memory();
    for (int number = SIGRTMAX - 2; number >= SIGRTMIN; number--) {
        struct sigaction old, action = {.sa_sigaction = hand_over, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
        if (sigaction(number, 0, &old) < 0 || old.sa_handler != SIG_DFL) continue;
        sigfillset(&action.sa_mask);
        if (sigaction(number, &action, 0) < 0) continue;
        return taken_signal = number;
    }
    return -EAGAIN;
}

/* Through the kernel, so that a stack which ends, or goes away meanwhile, is a short read and no fault. */
static size_t copy_stack(uintptr_t address) {
    open_memory();
    ssize_t count = memory < 0 ? -1 : pread(memory, words, sizeof words, (off_t)address);
    return count < 0 ? 0 : (size_t)count / sizeof words[0];
}

static size_t read_blocked(const gt_watched_thread *thread, const gt_thread_state *state, void **addresses,
                           size_t capacity) {
    gt_unwind_frame frame = {.pc = state->pc, .is_exact = 1};
    gt_unwind_set(&frame, GT_UNWIND_SP, state->sp);
    gt_unwind_stack stack = {state->sp, words, copy_stack(state->sp)};
    gt_thread_state after;
    gt_watched_thread_look(thread, &after);
    /* It went on meanwhile: the copy may be of two moments. */
    if (after.state != GT_THREAD_BLOCKED || after.sp != state->sp || after.pc != state->pc) return 0;
    return gt_unwind(frame, &stack, addresses, capacity);
}

/* Whether the signal would still come to the handler here: the app may have put one of its own in its place. */
static int is_ours(void) {
    struct sigaction now;
    return taken_signal && sigaction(taken_signal, 0, &now) == 0 && now.sa_sigaction == hand_over;
}

static size_t ask_running(const gt_watched_thread *thread, void **addresses, size_t capacity, uintptr_t *sp) {
    if (!is_ours()) return 0;
    atomic_store(&asked_thread, (int)thread->id);
    unsigned number = atomic_fetch_add(&request, 1) + 1;
    size_t count = 0;
    if (syscall(SYS_tgkill, getpid(), thread->id, taken_signal) == 0) {
        if (wait_for(&answered, number, ANSWER_LIMIT)) {
            gt_unwind_frame frame = answer;
            *sp = frame.registers[GT_UNWIND_SP];
            gt_unwind_stack stack = {*sp, words, copy_stack(*sp)};
            int held = atomic_load(&left) != number;
            atomic_store(&copied, number);
            futex_wake(&copied);
            if (held) count = gt_unwind(frame, &stack, addresses, capacity);
        }
    }
    /* A signal that comes late finds nobody who asks. */
    atomic_fetch_add(&request, 1);
    return count;
}

size_t gt_watch_backtrace(const gt_watched_thread *thread, const gt_thread_state *state, void **addresses,
                          size_t capacity, uintptr_t *sp) {
    *sp = state->sp;
    if (state->state == GT_THREAD_BLOCKED) return read_blocked(thread, state, addresses, capacity);
    if (state->state == GT_THREAD_RUNNING) return ask_running(thread, addresses, capacity, sp);
    return 0;
}

/* ----- whose wait it is ----- */

static const void *object_of(const void *address) {
    Dl_info info;
    return dladdr(address, &info) ? info.dli_fbase : 0;
}

int gt_watch_waits_in(const gt_thread_state *state, const void *symbol) {
    const void *library = object_of(symbol), *libc = object_of((const void *)state->pc);
    if (state->state != GT_THREAD_BLOCKED || !library || !libc) return 0;
    gt_unwind_frame frame = {.pc = state->pc, .is_exact = 1};
    gt_unwind_set(&frame, GT_UNWIND_SP, state->sp);
    gt_unwind_stack stack = {state->sp, words, copy_stack(state->sp)};
    for (int i = 0; i < 4; i++) {
        const void *object = object_of((const void *)frame.pc);
        if (object == library) return 1;
        if (object != libc || !gt_unwind_step(&frame, &stack)) return 0;
    }
    return 0;
}
