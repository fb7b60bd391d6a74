/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Waiting for children by descriptors of theirs.
 */
#define _GNU_SOURCE
#include "child_watch.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "../waiting.h"

/* How many children are watched at once; more are looked after at the next turn. */
enum { MOST = 64 };

static const double turn_of_any = 0.1;
static const double turn_of_stops = 0.02;

/* The children of one thread of this process, as the kernel lists them: numbers with blanks between. */
static size_t children_of_thread(const char *thread, pid_t *children, size_t room) {
    char path[64 + 256], text[4096];
    snprintf(path, sizeof path, "/proc/self/task/%s/children", thread);
    int fd = gt_libc.open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = gt_libc.read(fd, text, sizeof text - 1);
    gt_libc.close(fd);
    text[length < 0 ? 0 : length] = 0;
    size_t count = 0;
    for (char *next = text, *end; count < room; next = end) {
        long child = strtol(next, &end, 10);
        if (end == next) break;
        children[count++] = (pid_t)child;
    }
    return count;
}

static size_t children_of_process(pid_t *children, size_t room) {
    DIR *threads = opendir("/proc/self/task");
    if (!threads) return 0;
    size_t count = 0;
    for (struct dirent *entry; count < room && (entry = readdir(threads));) {
        if (entry->d_name[0] == '.') continue;
        count += children_of_thread(entry->d_name, children + count, room - count);
    }
    closedir(threads);
    return count;
}

static int open_child(pid_t child) {
    return (int)syscall(SYS_pidfd_open, child, 0);
}

/* A descriptor for each child, readable once it has exited. */
static size_t open_children(const gt_child_watch *watch, struct pollfd *fds) {
    pid_t children[MOST];
    size_t count = 1, opened = 0;
    if (watch->which == P_PID) {
        children[0] = (pid_t)watch->id;
    } else {
        count = children_of_process(children, MOST);
    }
    for (size_t i = 0; i < count; i++) {
        if (watch->which == P_PGID && getpgid(children[i]) != (pid_t)watch->id) continue;
        int fd = open_child(children[i]);
        if (fd >= 0) fds[opened++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    return opened;
}

static double turn_of(const gt_child_watch *watch, size_t watched) {
    if (watch->stops || watched == 0) return turn_of_stops;
    return watch->which == P_PID || watch->which == P_PIDFD ? INFINITY : turn_of_any;
}

static int wait_for(gt_child_watch *watch, struct pollfd *fds, size_t count, const char *why) {
    double until = gt_now() + turn_of(watch, count);
    if (count == 0) return gt_wait_until(until, why);
    int ready = gt_wait_poll(fds, count, until, why);
    watch->told = ready > 0;
    return ready == -EBADF ? 0 : ready;
}

int gt_watch_children(gt_child_watch *watch, const char *why) {
    int saved = errno;
    struct pollfd fds[MOST];
    size_t count = 0;
    int code;
    if (watch->told) {
        /* A child has exited, and is none that the caller asks libc for. */
        watch->told = 0;
        code = gt_wait_until(gt_now() + turn_of_stops, why);
    } else if (watch->which == P_PIDFD) {
        fds[0] = (struct pollfd){.fd = (int)watch->id, .events = POLLIN};
        code = wait_for(watch, fds, 1, why);
    } else {
        count = open_children(watch, fds);
        code = wait_for(watch, fds, count, why);
    }
    for (size_t i = 0; i < count; i++) gt_close_own(fds[i].fd);
    errno = saved;
    return code < 0 ? code : 0;
}

static void reap(void *context) {
    while (gt_libc.waitpid(*(pid_t *)context, 0, 0) < 0 && errno == EINTR) continue;
}

void gt_end_child(pid_t child) {
    int saved = errno;
    kill(child, SIGKILL);
    if (gt_offload(reap, &child, "waitpid") < 0) reap(&child);
    errno = saved;
}
