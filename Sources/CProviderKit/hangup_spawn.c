/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The child lives in its parent's memory until it has become the program, on a stack of its own, and the calling thread
 * waits meanwhile, as in posix_spawn(). Handlers and descriptors are the child's own. It calls the kernel itself where the
 * runner may have put calls that wait into the place of libc's: those would act on the parent's greenlets.
 */
#define _GNU_SOURCE
#include "hangup_spawn.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { STACK = 64 * 1024, MOST = 1 << 20 };

static int was_ignored;

/* Before anything of this process can have put a handler there. */
__attribute__((constructor)) static void look(void) {
    struct sigaction now;
    was_ignored = sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int gt_hangup_is_handled_for_us_alone(void) {
    struct sigaction now;
    if (!was_ignored || sigaction(SIGHUP, NULL, &now) < 0) return 0;
    return now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL;
}

typedef struct child {
    const gt_spawn *spawn;
    const int *copies;
    const char *path;
    volatile int error;
} child;

/* Those that libc keeps for itself cannot be set, and exec gives them back. */
static void set_signals(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        if (number != SIGHUP) sigaction(number, &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGHUP, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_the_rest(void) {
    if (syscall(SYS_close_range, 3, UINT_MAX, 0) == 0) return;
    /* An old kernel, or a container that forbids what it does not know. */
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < MOST ? (int)limit.rlim_cur : MOST;
    for (int descriptor = 3; descriptor < end; descriptor++) syscall(SYS_close, descriptor);
}

static int set_descriptors(const int copies[3]) {
    for (int i = 0; i < 3; i++) {
        if (copies[i] >= 0 && syscall(SYS_dup3, copies[i], i, 0) < 0) return errno;
    }
    close_the_rest();
    return 0;
}

static int is_passed_over(int error) {
    return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

/* In every folder of the path, as posix_spawnp() does. Returns why not. */
static int become_by_name(const child *self) {
    char file[PATH_MAX];
    const char *name = self->spawn->file, *end;
    size_t length = strlen(name);
    int error = ENOENT;
    for (const char *folder = self->path; folder; folder = *end ? end + 1 : NULL) {
        end = strchrnul(folder, ':');
        size_t size = (size_t)(end - folder);
        if (size + length + 2 > sizeof file) continue;
        memcpy(file, folder, size);
        if (size > 0) file[size++] = '/';
        memcpy(file + size, name, length + 1);
        execve(file, self->spawn->arguments, self->spawn->environment);
        if (errno == EACCES) error = EACCES;
        else if (!is_passed_over(errno)) return errno;
    }
    return error;
}

static int become(child *self) {
    const gt_spawn *spawn = self->spawn;
    set_signals();
    if (spawn->new_group && setpgid(0, 0) < 0) return errno;
    int error = set_descriptors(self->copies);
    if (error) return error;
    if (spawn->folder && chdir(spawn->folder) < 0) return errno;
    if (!strchr(spawn->file, '/')) return become_by_name(self);
    execve(spawn->file, spawn->arguments, spawn->environment);
    return errno;
}

static int run(void *context) {
    child *self = context;
    self->error = become(self);
    _exit(127);
}

int gt_spawn_without_hangups(const gt_spawn *spawn, const int copies[3], pid_t *id) {
    const char *path = getenv("PATH");
    child child = {.spawn = spawn, .copies = copies, .path = path ? path : "/bin:/usr/bin"};
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return errno;
    /* No handler of the parent's may run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int started = clone(run, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
    int error = started < 0 ? errno : child.error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK);
    if (started < 0) return error;
    if (error) {
        while (syscall(SYS_wait4, started, NULL, 0, NULL) < 0 && errno == EINTR) continue;
        return error;
    }
    *id = started;
    return 0;
}
