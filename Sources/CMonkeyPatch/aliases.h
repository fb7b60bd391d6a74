/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Names that libc exports but its headers do not declare, or only with _FORTIFY_SOURCE: what compiled code calls. And
 * those of the runtimes of Swift and C++, which this process may lack. */
#ifndef GT_ALIASES_H
#define GT_ALIASES_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

/* The fortified ones take the size of the buffer, and abort if it is too small. */
ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size);
ssize_t __pread_chk(int fd, void *buffer, size_t count, off_t offset, size_t size);
ssize_t __pread64_chk(int fd, void *buffer, size_t count, off64_t offset, size_t size);
ssize_t __recv_chk(int fd, void *buffer, size_t count, size_t size, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t count, size_t size, int flags, __SOCKADDR_ARG address,
                       socklen_t *length);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t size);

/* The names that libc's own headers had for these, and that old objects call. */
int __poll(struct pollfd *fds, nfds_t count, int timeout);
int __select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout);
int __nanosleep(const struct timespec *time, struct timespec *left);
pid_t __wait(int *status);
pid_t __waitpid(pid_t pid, int *status, int options);
pid_t __fork(void);
pid_t __vfork(void);
FILE *_IO_popen(const char *command, const char *mode);
int __sigsuspend(const sigset_t *mask);
int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

int __pthread_once(pthread_once_t *flag, void (*initialiser)(void));
void swift_once(intptr_t *token, void (*initialiser)(void *), void *context);
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);

#endif
