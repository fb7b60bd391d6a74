/*
 * gtornado_ioloop.h - views of bytes, callbacks, and the slot "ioloop".
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A part of gtornado.h, which says what holds for every table.
 */
#ifndef GTORNADO_IOLOOP_H
#define GTORNADO_IOLOOP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view of bytes that someone else owns. `data` may be null where `size` is 0. */
typedef struct gt_bytes {
    const uint8_t *data;
    size_t size;
} gt_bytes;

/* Called back once, or as often as the function that takes it says. */
typedef void (*gt_callback)(void *context);

/* ------------------------------------------------------------------------------------------------ slot "ioloop" */

/* An event loop. It belongs to the thread that made it. */
typedef struct gt_loop gt_loop;
/* A timeout that has not fired yet. The handle is dead once its callback was entered or it was removed. */
typedef struct gt_timeout gt_timeout;

/* What to wait for, and what happened: Tornado's own numbers. */
enum {
    GT_READ = 1,
    GT_WRITE = 4,
    GT_ERROR = 24,
    /* With add_handler() only: this handler is the program's furniture, and pending() does not count it. */
    GT_BACKGROUND = 256,
    /* With add_handler() only: the handler finds errors and hang-ups by its next read or write, so where it waits for
     * either, they may be told as that and without GT_ERROR. It spares libevent's loop a poll(2) for each event. A loop
     * that has no use for this, or for GT_BACKGROUND, takes it and does as without. */
    GT_READINESS = 512
};

/* `events` says what happened. GT_ERROR is reported whether it was asked for or not, but see GT_READINESS. */
typedef void (*gt_fd_callback)(int fd, uint32_t events, void *context);

typedef struct gt_ioloop {
    uint32_t size;
    uint32_t version;
    /* Who made this table: "epoll", "libevent". */
    const char *name;
    /* The calling thread's loop, made on the first call. Null, with errno set, if none can be made. */
    gt_loop *(*current)(void);
    /* The kernel interface the loop waits with: "epoll", "poll", "select". Valid as long as the loop. */
    const char *(*backend)(gt_loop *loop);
    /* Runs until stop(). Returns -EALREADY from inside a running loop. May be called again afterwards. */
    int (*start)(gt_loop *loop);
    /* Makes start() return after the present turn; before start(), makes the next start() return at once. */
    void (*stop)(gt_loop *loop);
    int (*is_running)(gt_loop *loop);
    /* Frees the loop: handlers and timeouts are dropped without a call. -EBUSY while it runs. */
    int (*close)(gt_loop *loop);
    /* One handler a descriptor: -EEXIST if there is one, -ENOENT from the other two if there is none. Level-triggered.
     * A handler may remove itself or any other, and close the descriptor after that. */
    int (*add_handler)(gt_loop *loop, int fd, uint32_t events, gt_fd_callback callback, void *context);
    int (*update_handler)(gt_loop *loop, int fd, uint32_t events);
    int (*remove_handler)(gt_loop *loop, int fd);
    /* Runs `callback` once, after those added before it, never inside this call. From any thread. A callback added by a
     * callback runs in a later turn, so that descriptors and timeouts get theirs in between. */
    int (*add_callback)(gt_loop *loop, gt_callback callback, void *context);
    /* The same from inside a signal handler: takes no lock and allocates nothing. -ENOBUFS if 64 are waiting. */
    int (*add_callback_from_signal)(gt_loop *loop, gt_callback callback, void *context);
    /* Runs `callback` once when time() has reached `when`; equal times in the order they were set. Null with errno set
     * if it can't be. `when` in the past means the next turn; not a number is EINVAL. */
    gt_timeout *(*call_at)(gt_loop *loop, double when, gt_callback callback, void *context);
    /* Cancels a timeout that has not fired. */
    void (*remove_timeout)(gt_loop *loop, gt_timeout *timeout);
    /* Seconds on a clock that never goes back. From any thread. */
    double (*time)(gt_loop *loop);
    /* Runs one turn, waiting for something to happen no later than `deadline`: how the app's main waits before it calls
     * start(). Returns -EALREADY from inside a running loop. A stop() meant for the next start() is kept. */
    int (*run_once)(gt_loop *loop, double deadline);
    /* How many handlers, timeouts and callbacks the loop has: at 0 nothing can happen any more but from other
     * threads. */
    size_t (*pending)(gt_loop *loop);
    /* Called in the child of a fork(), before anything else: gives the loop kernel objects of its own. */
    int (*after_fork)(gt_loop *loop);
} gt_ioloop;

#ifdef __cplusplus
}
#endif

#endif
