/* Starting a program and waiting for its end: GNU's and Linux's own calls, which Swift cannot name. */
#ifndef GT_CSPAWN_H
#define GT_CSPAWN_H

#include <sys/types.h>

#pragma GCC visibility push(hidden)

typedef struct gt_spawn {
    /* With a slash a file, from `folder` on; without, looked for in the caller's PATH. */
    const char *file;
    /* Both end in null. */
    char *const *arguments;
    char *const *environment;
    /* Where it starts; null: where the caller is. */
    const char *folder;
    /* What becomes descriptors 0, 1 and 2; -1: the caller's own. Copies are made where needed: all stay the caller's. */
    int descriptors[3];
    /* Whether it leads a process group of its own. */
    int new_group;
} gt_spawn;

/* Starts it by posix_spawn(), or as that does, with no signal blocked, none ignored but a SIGHUP that the caller ignores, or
 * ignored when it was started and handles now, and no descriptor but those three. Returns 0 and its id, or an errno value. */
int gt_spawn_start(const gt_spawn *spawn, pid_t *id);

/* A descriptor that is readable once the child has ended, closed on exec; or a negative errno value (-ENOSYS before Linux
 * 5.3). */
int gt_child_descriptor(pid_t id);
/* Takes the status of a child that has ended: its exit status, or the negative number of the signal that ended it. Returns 1;
 * 0 if it has not ended; or a negative errno value (-ECHILD: somebody else has taken it). Never waits. */
int gt_child_status(pid_t id, int *status);

/* How many processors the calling thread may run on; 1 or more. */
int gt_cpu_count(void);

#pragma GCC visibility pop

#endif
