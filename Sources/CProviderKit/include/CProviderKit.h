/* System calls and symbols that Swift cannot name: GNU extensions and weak references. */
#ifndef GT_CPROVIDERKIT_H
#define GT_CPROVIDERKIT_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "CProviderLoop.h"
#include "CSpawn.h"
#include "gtornado.h"

#pragma GCC visibility push(hidden)

/* accept4() with SOCK_NONBLOCK and SOCK_CLOEXEC. */
int gt_accept(int fd, struct sockaddr *address, socklen_t *length);
/* An eventfd that does not block and is closed on exec; -1 with errno. */
int gt_eventfd(void);
/* Puts the file of the new descriptor `other` in the place of `fd`'s, and closes `other`. Returns 0 or a negative errno
 * value: that of making `other`, if it is -1. */
int gt_replace(int fd, int other);
/* An epoll set that is closed on exec; -1 with errno. */
int gt_epoll(void);
/* In the child of a fork: closes the parent's `fd`, and puts what `make` makes in its place. Returns 0 or a negative errno
 * value; `fd` is not open then. */
int gt_renew(int fd, int (*make)(void));
/* Names the calling thread, in at most 15 letters. */
void gt_name_thread(const char *name);
/* pipe2() with O_CLOEXEC. */
int gt_pipe(int fds[2]);
/* write() that raises no SIGPIPE: -1 with EPIPE is all. */
ssize_t gt_write_quietly(int fd, const void *bytes, size_t size);
/* Has the kernel make room for `count` descriptors, or as many as the process may have, so that it need not while clients
 * wait. Does nothing in a process of several threads, where it would take as long now. */
void gt_widen_descriptor_table(int count);
/* The registry of a framework linked into this image; null if there is none. */
gt_registry *gt_image_registry(void);

/* From now on, the first SIGINT or SIGTERM adds 1 to the eventfd `wakeup`, and the next one ends the process with status
 * 128 + its number. In the child of a fork they do what they did before. Returns 0 or a negative errno value. */
int gt_watch_stop_signals(int wakeup);
/* The first signal that came; 0 if none has. */
int gt_stop_signal(void);

/* From now on, SIGHUP adds 1 to the eventfd `wakeup`; in the child of a fork it does what it did before. Returns 0 or a
 * negative errno value. */
int gt_watch_reload_signal(int wakeup);
/* It does again what it did before that, unless the app has taken it since. */
void gt_forget_reload_signal(void);
/* Whether the app handles SIGHUP itself. */
int gt_reload_signal_is_taken(void);

/* Where an address lies: the file and where that was loaded, and the function (null if it has no exported name). */
typedef struct gt_symbol {
    const char *file;
    const void *base;
    const char *name;
    const void *start;
} gt_symbol;
/* Returns 1, or 0 if no loaded file has it. The texts live as long as the file is loaded. */
int gt_symbol_at(const void *address, gt_symbol *symbol);

#pragma GCC visibility pop

#endif
