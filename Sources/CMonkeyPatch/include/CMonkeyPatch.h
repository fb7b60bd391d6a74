/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The cooperative versions of libc's blocking calls, and the table that says which stands in for which. */
#ifndef GT_CMONKEYPATCH_H
#define GT_CMONKEYPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "CGreenlet.h"
#include "LoadedObjects.h"
#include "gtornado.h"
#include "watch_locks.h"
#include "watch_signal.h"
#include "watch_switch.h"
#include "watch_thread.h"

#pragma GCC visibility push(hidden)

/* Which patch a call belongs to: the names of `gtornado patch --list`. */
enum {
    GT_FAMILY_SOCKET = 0,     /* read recv write send connect accept close dup fcntl ... */
    GT_FAMILY_SELECT = 1,     /* poll ppoll select pselect epoll_wait epoll_pwait */
    GT_FAMILY_TIME = 2,       /* sleep usleep nanosleep clock_nanosleep */
    GT_FAMILY_DNS = 3,        /* getaddrinfo getnameinfo gethostbyname gethostbyname_r */
    GT_FAMILY_SUBPROCESS = 4, /* waitpid wait4 waitid wait system popen pclose posix_spawn fork vfork */
    GT_FAMILY_SIGNAL = 5,     /* sigwait sigwaitinfo sigtimedwait pause sigsuspend */
    GT_FAMILY_FILE = 6,       /* open read write pread fsync stat ... on files: threads; opt-in */
    GT_FAMILY_LOCKS = 7,      /* pthread_mutex_lock ...: only watched, with --debug-locks */
    GT_FAMILY_LOADER = 8,     /* dlopen: always, so that libraries loaded later are patched too */
    GT_FAMILY_ONCE = 9,       /* pthread_once swift_once __cxa_guard_acquire: always, or lazy globals could hang */
    GT_FAMILY_COUNT = 10
};

/* One libc call and what stands in for it. */
typedef struct gt_libc_call {
    const char *name; /* "recv" */
    void *cooperative; /* the function in this image */
    void *original;    /* libc's, looked up once by gt_libc_prepare() */
    int family;        /* GT_FAMILY_... */
} gt_libc_call;

/* Every call that can be patched, in alphabetical order; aliases (__read_chk, __poll_chk, read64 ...) are rows too. */
extern gt_libc_call gt_libc_calls[];
extern const size_t gt_libc_call_count;
/* For Swift, to which an array without a size is nothing. */
__attribute__((unused)) static inline const gt_libc_call *gt_libc_call_table(void) { return gt_libc_calls; }

/* Looks the originals up in libc. Must be called once, before any cooperative function is. Rows that this libc does not
 * have keep a null original. */
void gt_libc_prepare(void);
/* The row of that name; null if there is none. */
gt_libc_call *gt_libc_find(const char *name);

/* The resolver that getaddrinfo() and its kin ask; null: libc on a worker thread. Owned by the caller, for ever. */
extern const gt_resolver *gt_libc_resolver;
/* For Swift, to which a C variable is nobody's. Before any patched call is made. */
__attribute__((unused)) static inline void gt_libc_use_resolver(const gt_resolver *resolver) {
    gt_libc_resolver = resolver;
}
/* Whether calls on regular files go to worker threads (family "file"). */
extern int gt_libc_offloads_files;

/* Called after each successful dlopen() of patched code: walks the libraries that are new. Null: nobody. */
extern void (*gt_libc_loaded)(void);

#pragma GCC visibility pop

#endif
