/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Naming the greenlet whose stack overflowed, before the process dies of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hub.h"

static struct sigaction before;
static atomic_bool is_installed;

/* No stdio here: the process is in whatever state it was. */
static char *put(char *at, char *end, const char *text) {
    while (*text && at < end) *at++ = *text++;
    return at;
}

static char *put_number(char *at, char *end, size_t number) {
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0 && at < end) *at++ = digits[--count];
    return at;
}

static void report(const char *name, size_t stack_size) {
    char text[512], *at = text, *end = text + sizeof text;
    at = put(at, end, "gtornado: greenlet '");
    at = put(at, end, name);
    at = put(at, end, "' has overflowed its stack of ");
    at = put_number(at, end, stack_size / 1024);
    at = put(at, end, " KiB: it calls too deeply, or keeps too much on the stack. A larger one: --stack-size ");
    at = put_number(at, end, stack_size / 1024 * 4);
    at = put(at, end, "k\n");
    /* Not by write(), which may be patched where the app is the program: nobody can wait here. */
    (void)!syscall(SYS_write, STDERR_FILENO, text, (size_t)(at - text));
}

static void fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    char name[48];
    size_t stack_size;
    if (gt_greenlet_of_address(info->si_addr, name, &stack_size) == 2) report(name, stack_size);
    /* The fault happens again when this returns, and then it is theirs. */
    sigaction(SIGSEGV, &before, 0);
}

enum { SIGNAL_STACK_SIZE = 64 * 1024 };
static pthread_key_t signal_stack;

/* At the end of a thread. */
static void free_signal_stack(void *memory) {
    stack_t there, none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(0, &there) == 0 && there.ss_sp == memory) sigaltstack(&none, 0);
    munmap(memory, SIGNAL_STACK_SIZE);
}

static void make_key(void) { pthread_key_create(&signal_stack, free_signal_stack); }

/* The overflown stack has no room for a handler. */
static int add_signal_stack(void) {
    static pthread_once_t key_is_made = PTHREAD_ONCE_INIT;
    stack_t there;
    if (sigaltstack(0, &there) == 0 && !(there.ss_flags & SS_DISABLE)) return 0;
    pthread_once(&key_is_made, make_key);
    void *memory = mmap(0, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -errno;
    stack_t new_stack = {.ss_sp = memory, .ss_size = SIGNAL_STACK_SIZE};
    if (sigaltstack(&new_stack, 0) < 0) return -errno;
    pthread_setspecific(signal_stack, memory);
    return 0;
}

int gt_watch_overflow(void) {
    int code = add_signal_stack();
    if (code < 0 || atomic_exchange(&is_installed, true)) return code;
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGSEGV, &action, &before) == 0 ? 0 : -errno;
}
