/* Greenlets in C: stacks, switching, and waiting. What is behind the seam's `suspend` table, and what the cooperative
 * libc calls stand on.
 *
 * A hub belongs to a thread and its loop. Greenlets run on the hub's thread only; the hub itself is the thread's own
 * stack, where the loop runs. The app's main counts as a greenlet while the loop does not run: it waits by running the
 * loop's turns in place. Everything here is in C because a Swift `inout` must not be held across a stack switch.
 */
#ifndef GT_CGREENLET_H
#define GT_CGREENLET_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "gt_unwind.h"
#include "gtornado.h"

#pragma GCC visibility push(hidden)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct gt_hub gt_hub;

/* ----- the running greenlet: the one test that every patched call makes ----- */

/* The greenlet that runs on this thread; null in the loop's callbacks and on every other thread. */
extern __thread gt_greenlet *gt_running __attribute__((tls_model("initial-exec")));

/* Whether a running greenlet may be suspended: not inside one of Swift's tasks, nor between gt_pin() and gt_unpin(). */
int gt_may_switch(void);
/* Whether the caller may be suspended: it runs in a greenlet, and not inside one of Swift's tasks. */
__attribute__((unused)) static inline int gt_can_wait(void) {
    return __builtin_expect(gt_running != 0, 0) && gt_may_switch();
}
/* Around a call that holds a lock of the thread's which others need: nobody is suspended inside. They nest. */
void gt_pin(void);
void gt_unpin(void);

/* ----- hubs ----- */

typedef struct gt_hub_settings {
    /* Bytes of stack a greenlet; rounded up to pages, 16 KiB at least. 0 is the default, 256 KiB. */
    size_t stack_size;
    /* The most worker threads of gt_offload(). 0 is the default, 10. */
    unsigned workers;
} gt_hub_settings;

/* Gives the calling thread a hub on the thread's loop of `ioloop`, and makes the caller its main greenlet. `ioloop` and
 * `settings` are copied. Returns 0 or a negative errno value (-EALREADY if it has one, -ENOTSUP if the table is too old). */
int gt_hub_open(const gt_ioloop *ioloop, const gt_hub_settings *settings);
/* Ends the calling thread's hub; -EBUSY while greenlets are left. For tests. */
int gt_hub_close(void);
/* The calling thread's hub; null if there is none. */
gt_hub *gt_hub_current(void);
/* A copy of the table the hub was opened with, whose start() and run_once() tell the hub that the loop runs: this is the
 * one to put into the registry. */
const gt_ioloop *gt_hub_ioloop(const gt_ioloop *ioloop);
/* The loop of the calling thread's hub. */
gt_loop *gt_hub_loop(void);

/* The seam's table. Never freed. */
extern const gt_suspend gt_greenlets;
/* What its original() asks: set by whoever patches libc's calls. */
extern void *(*gt_find_original)(const char *name);

/* ----- waiting: only where gt_can_wait() ----- */

/* All of these return 0 or more, or a negative errno value: -ETIMEDOUT, or the code of gt_suspend.interrupt() (sticky:
 * further waits fail with it at once). `deadline` is of gt_now(); INFINITY is none. `why` names the wait in run info: a
 * literal such as "recv". errno is left alone. */

double gt_now(void);
int gt_wait_fd(int fd, uint32_t events, double deadline, const char *why);
/* poll()'s own contract (revents filled in, number of ready ones, 0 at the deadline) but for the negative codes. Entries
 * with a negative fd are skipped; files that epoll cannot watch are ready at once or never. Epoll sets that are nested too
 * deep for another to watch are looked at 200 times a second. */
int gt_wait_poll(struct pollfd *fds, size_t count, double deadline, const char *why);
/* Until `deadline`, or an interrupt. */
int gt_wait_until(double deadline, const char *why);
int gt_park(double deadline, const char *why);
void gt_unpark(gt_greenlet *greenlet);
/* Runs work(context) on a worker thread. Not interrupted. errno is the work's own affair. */
int gt_offload(gt_callback work, void *context, const char *why);
/* `fd` is about to be closed or replaced (close, dup2): greenlets that wait for it get -EBADF. From any thread. */
void gt_fd_closing(int fd);
/* The same for all from `first` to `last`. */
void gt_fds_closing(unsigned first, unsigned last);

/* Waits until gt_unblock(), or perhaps for nothing: for a lock of threads that a suspended greenlet holds. Such a wait
 * knows no interrupt, and takes no unpark, which is the app's. 0 or -ETIMEDOUT, or another code if main's loop fails. */
int gt_block(double deadline, const char *why);
/* On the hub's thread. */
void gt_unblock(gt_greenlet *greenlet);

/* A greenlet's number, which no other of its hub has; 0 for main, and for one that has ended, whose memory may still be
 * looked at. */
uint64_t gt_greenlet_id(const gt_greenlet *greenlet);
/* On a worker thread, which runs with every signal blocked: 1, and the mask that new processes are to begin with. */
int gt_worker_mask(sigset_t *mask);

/* Tells the running greenlet's interrupt code, 0 if there is none. */
int gt_interrupted(void);

/* ----- fork ----- */

/* In the child: the hub's kernel objects, and the loop's, are made anew. Only the running greenlet goes on to run. */
void gt_hub_after_fork(void);
/* After that, where a greenlet has forked: gt_can_wait() is false until the child asks the seam's table for a greenlet or a
 * wait. Its loop has the parent's handlers, and would take the parent's clients. */
void gt_hub_stand_alone(void);

/* ----- watching ----- */

/* Called on the hub's thread each time a greenlet has been resumed (non-null) or the hub goes on (null): for
 * --debug-locks and the detector. Null: nobody. */
extern void (*gt_on_switch)(gt_greenlet *from, gt_greenlet *to);
/* A number that grows with every switch, for a watcher on another thread. Null: nobody looks. */
extern uint64_t *gt_switch_marks;
/* A greenlet's stack, for those who look at addresses: 0 if `address` is not on one; 1 if on its stack, 2 if on its
 * guard. Async-signal-safe. `name` has room for 48 bytes. */
int gt_greenlet_of_address(const void *address, char *name, size_t *stack_size);
/* Numbers of the calling thread's hub. */
typedef struct gt_hub_counts {
    size_t live, waiting, ready, pooled_stacks, workers, busy_workers;
    uint64_t spawned, switches;
} gt_hub_counts;
void gt_hub_count(gt_hub_counts *counts);

/* Writes "greenlet 'NAME' overflowed its stack..." on a guard's fault, then lets the handler that was there before
 * have it. Installs an alternate signal stack for the calling thread where it has none. Returns 0 or a negative errno. */
int gt_watch_overflow(void);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
