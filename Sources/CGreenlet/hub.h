/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What the files of this folder share: a greenlet, a hub, and what they do for each other.
 */
#ifndef GT_HUB_H
#define GT_HUB_H

#include <stdbool.h>

#include "CGreenlet.h"

/* Swift's runtime, which a process without Swift lacks. */
void *swift_task_getCurrent(void) __attribute__((weak));

#pragma GCC visibility push(hidden)

/* What a suspended greenlet waits for. */
enum gt_wait_kind {
    GT_WAITS_NOT = 0,
    GT_WAITS_PARKED,
    GT_WAITS_SLEEPING,
    GT_WAITS_FD,
    GT_WAITS_SWITCH,
    /* From here on no interrupt ends it. For a lock of threads that a suspended greenlet holds. */
    GT_WAITS_LOCK,
    /* For a worker thread, which writes into the greenlet's frame: nothing else may end it. */
    GT_WAITS_WORKER
};

/* Lies at the top of its own stack, so that a pooled greenlet is warm in the cache where its stack is. The app's main
 * has one in its hub. */
struct gt_greenlet {
    /* What each switch reads and writes comes first. */
    void *sp;
    gt_hub *hub;
    /* What Swift and C++ keep for each thread, and each stack needs of its own: the open exclusive accesses, and the
     * exceptions being handled. */
    uintptr_t accesses[2];
    uintptr_t exceptions[2];
    double since;
    const char *why;
    uint64_t switches;
    int interrupt;
    /* Its errno, while it is suspended. */
    int error;
    uint8_t state, kind;
    bool queued, is_main, woken, timed_out, ended, abandoned;
    /* Suspended by park() itself, which returns what the switch back answers. */
    bool takes_answer;
    /* How many waits were refused since it was interrupted. */
    uint8_t refusals;
    int fd;
    gt_callback entry;
    void *context;
    /* In the ready queue, if `queued`. */
    gt_greenlet *next, *previous;
    /* Among the living, by age. */
    gt_greenlet *older, *newer;
    gt_greenlet *parent;
    uint64_t parent_id, id;
    double born;
    gt_timeout *timer;
    /* The lowest usable byte of the stack, and how many there are; the guard is not counted. */
    char *stack;
    size_t stack_size;
    void *sanitizer;
    char name[48];
};

/* A greenlet's wait for one descriptor, on its stack. */
typedef struct gt_fd_wait {
    gt_greenlet *greenlet;
    uint32_t events, happened;
    int fd;
    bool closed;
    /* Counts the hub's waits; and the hub's `forks` when it began. */
    uint64_t number;
    unsigned forks;
    struct gt_fd_wait *next, *previous;
} gt_fd_wait;

typedef struct gt_fd_slot {
    gt_fd_wait *waits;
    /* Told from one that an earlier file of the same number has left in the kernel. */
    uint32_t registration;
    bool registered;
} gt_fd_slot;

/* As many ended greenlets' stacks a hub keeps for its next ones. */
enum { GT_SPARES = 16 };

struct gt_hub {
    /* Where the hub goes on when the running greenlet is suspended. */
    void *sp;
    gt_greenlet *ready_first, *ready_last;
    size_t ready;
    /* Who runs next, before the ready ones: the target of switch_to(). */
    gt_greenlet *next;
    /* What runtimes keep for this thread: the exceptions being handled; the open exclusive accesses and the running task,
     * null where they were not found; errno. */
    uintptr_t *exceptions;
    const uintptr_t *open_accesses, *task;
    int *error;
    /* The loop's time, looked at once a turn. */
    double now;
    bool drain_scheduled, draining;
    gt_ioloop ioloop;
    gt_loop *loop;
    gt_greenlet main;
    gt_greenlet *oldest, *newest;
    size_t live, waiting, offloaded;
    gt_greenlet *spares[GT_SPARES];
    size_t spare_count;
    uint64_t spawned, switches;
    int epoll;
    gt_fd_slot *slots;
    int slot_count;
    size_t fd_waits;
    uint64_t wait_number;
    unsigned forks;
    /* The thread's own stack, as the sanitizers know it. */
    void *sanitizer;
    const void *stack_bottom;
    size_t stack_size;
    /* In the child that a greenlet has forked, which has not asked for greenlets yet. */
    bool alone;
    /* In the child of a fork that ThreadSanitizer does not look at. */
    bool unwatched;
    gt_hub *next_hub;
};

extern __thread gt_hub *gt_this_hub __attribute__((tls_model("initial-exec")));
extern __thread unsigned gt_pins __attribute__((tls_model("initial-exec")));

/* swift_runtime.c */
void gt_find_swift_words(gt_hub *hub);

/* gt_may_switch() on the hub's thread. */
static inline bool gt_hub_may_switch(const gt_hub *hub) {
    if (gt_pins > 0) return false;
    return __builtin_expect(hub->task != 0, 1) ? *hub->task == 0 : gt_may_switch() != 0;
}

/* switch_*.S: what a later switch to this stack has for `answer` is returned there. */
int gt_switch_stack(void **save, void *load, int answer);
void *gt_stack_prepare(void *top);

/* stacks.c: memory of greenlets. A stack is never unmapped, so what lies in it may be looked at. */
void gt_stacks_set_size(size_t size);
size_t gt_stacks_size(void);
/* A greenlet with its stack, `stack` filled in, the rest undefined; null with errno. */
gt_greenlet *gt_stacks_take(void);
void gt_stacks_give(gt_greenlet *greenlet);
size_t gt_stacks_pooled(void);
/* The most that was ever in use of a stack. */
size_t gt_stack_used(const gt_greenlet *greenlet);
/* The greenlet whose stack (1) or guard (2) holds an address; 0 if none does. */
int gt_stacks_find(const void *address, gt_greenlet **greenlet);
/* In the child of a fork: nobody holds the lock there. */
void gt_stacks_after_fork(void);

/* greenlet.c */
gt_greenlet *gt_spawn(gt_callback entry, void *context, const char *name, uint32_t flags);
void gt_name(gt_greenlet *greenlet, const char *name);
/* Takes an ended greenlet from its hub, and gives its stack back. */
void gt_bury(gt_hub *hub, gt_greenlet *greenlet);
/* Back to the pool, for other threads' hubs. */
void gt_hub_give_spares(gt_hub *hub);
void gt_make_ready(gt_greenlet *greenlet);
void gt_unqueue(gt_greenlet *greenlet);

/* Takes a greenlet out of what it waits for, to be resumed at once. */
static inline gt_greenlet *gt_claim(gt_greenlet *greenlet) {
    if (greenlet->queued) gt_unqueue(greenlet);
    if (greenlet->state == GT_GREENLET_WAITING) greenlet->hub->waiting--;
    greenlet->state = GT_GREENLET_READY;
    return greenlet;
}

void gt_hub_drain(gt_hub *hub);

/* hub.c */
/* Ends the calling thread's hub just before its loop is closed, which drops the hub's callback; -EBUSY while greenlets
 * are left. */
int gt_hub_drop(void);
void gt_hubs_each(void (*visit)(gt_hub *hub, void *context), void *context);

/* watched_loop.c */
const gt_ioloop *gt_hub_plain_ioloop(const gt_ioloop *ioloop);
void gt_hub_set_default(const gt_ioloop *ioloop);
int gt_hub_open_default(void);
void gt_watched_loops_after_fork(void);

/* main_greenlet.c: the app's main waits by running the loop. 0, or a negative errno value. */
int gt_main_wait(gt_hub *hub, double deadline);

/* wait.c */
bool gt_arm_timer(gt_greenlet *self, double deadline);
void gt_disarm_timer(gt_greenlet *self);
/* Suspends with a deadline. 0: somebody made it ready; else -ETIMEDOUT, or the interrupt's code. */
int gt_wait(gt_greenlet *self, enum gt_wait_kind kind, double deadline, const char *why);
void gt_interrupt(gt_greenlet *greenlet, int error);
/* Whether a wait of the running greenlet has to fail at once, with its interrupt's code. */
bool gt_is_refused(gt_greenlet *self, const char *why);
int gt_yield(void);

/* wait_fd.c */
int gt_fds_open(gt_hub *hub);
void gt_fds_close(gt_hub *hub);
/* Forgets every wait, and watches with kernel objects of this process. */
int gt_fds_after_fork(gt_hub *hub);
/* fork.c: in a child that has no descriptors to wait with. */
void gt_hub_give_up(void);
/* fork.c: whoever uses greenlets shares its process with a loop. */
void gt_hub_end_alone(gt_hub *hub);
static inline void gt_hub_join(void) {
    if (__builtin_expect(gt_this_hub && gt_this_hub->alone, 0)) gt_hub_end_alone(gt_this_hub);
}

/* offload.c */
void gt_workers_after_fork(void);
void gt_workers_limit(unsigned limit);
void gt_workers_count(size_t *all, size_t *busy);

/* switch_to.c */
int gt_switch_to(gt_greenlet *target);
void gt_set_parent(gt_greenlet *greenlet, gt_greenlet *parent);

/* info.c */
void gt_info(gt_greenlet *greenlet, gt_greenlet_info *info);
void gt_each(void (*visit)(gt_greenlet *greenlet, void *context), void *context);
size_t gt_backtrace(gt_greenlet *greenlet, void **addresses, size_t capacity);

#pragma GCC visibility pop

#endif
