/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The functions under test, by libc's names: either libc's own or the cooperative ones. */
#ifndef GT_CALLS_H
#define GT_CALLS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

/* What the compiler makes of some of them with _FORTIFY_SOURCE; libc's headers do not always declare these. */
ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size);
ssize_t __pread_chk(int fd, void *buffer, size_t count, off_t offset, size_t size);
ssize_t __pread64_chk(int fd, void *buffer, size_t count, off64_t offset, size_t size);
ssize_t __recv_chk(int fd, void *buffer, size_t count, size_t size, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t count, size_t size, int flags, __SOCKADDR_ARG address,
                       socklen_t *length);

/* By family. */
#define GT_CALLS(CALL)                                                                                                 \
    CALL(read) CALL(readv) CALL(write) CALL(writev) CALL(pread) CALL(pwrite) CALL(preadv) CALL(pwritev)                \
    CALL(preadv2) CALL(pwritev2) CALL(recv) CALL(recvfrom) CALL(recvmsg) CALL(recvmmsg) CALL(send) CALL(sendto)        \
    CALL(sendmsg) CALL(sendmmsg) CALL(sendfile) CALL(splice) CALL(connect) CALL(accept) CALL(accept4) CALL(close)      \
    CALL(dup2) CALL(dup3) CALL(fcntl) CALL(ioctl) CALL(__read_chk) CALL(__pread_chk) CALL(__pread64_chk)               \
    CALL(__recv_chk) CALL(__recvfrom_chk)                                                                              \
    CALL(poll) CALL(ppoll) CALL(select) CALL(pselect) CALL(epoll_wait) CALL(epoll_pwait) CALL(epoll_pwait2)            \
    CALL(sleep) CALL(usleep) CALL(nanosleep) CALL(clock_nanosleep) CALL(thrd_sleep)                                    \
    CALL(getaddrinfo) CALL(getnameinfo) CALL(gethostbyname) CALL(gethostbyname2) CALL(gethostbyaddr)                   \
    CALL(gethostbyname_r) CALL(gethostbyname2_r) CALL(gethostbyaddr_r)                                                 \
    CALL(wait) CALL(waitpid) CALL(wait3) CALL(wait4) CALL(waitid) CALL(system) CALL(popen) CALL(pclose) CALL(fork)     \
    CALL(posix_spawn) CALL(vfork)                                                                                      \
    CALL(sigwait) CALL(sigwaitinfo) CALL(sigtimedwait) CALL(pause) CALL(sigsuspend)                                    \
    CALL(open) CALL(openat) CALL(creat) CALL(fsync) CALL(fdatasync) CALL(stat) CALL(lstat) CALL(fstatat) CALL(statx)   \
    CALL(access) CALL(truncate) CALL(ftruncate) CALL(unlink) CALL(rename) CALL(mkdir) CALL(rmdir) CALL(flock)          \
    CALL(lockf)                                                                                                        \
    CALL(dlopen) CALL(close_range) CALL(closefrom) CALL(pthread_once) CALL(call_once)

typedef struct gt_calls {
#define GT_MEMBER(name) __typeof__(&name) name;
    GT_CALLS(GT_MEMBER)
#undef GT_MEMBER
} gt_calls;

#endif
