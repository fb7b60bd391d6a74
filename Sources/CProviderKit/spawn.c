#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hangup_spawn.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* Copies the three beyond 2: none may be overwritten before it was put in its place. */
static int copy(const int descriptors[3], int copies[3]) {
    for (int i = 0; i < 3; i++) {
        if (descriptors[i] < 0) continue;
        copies[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3);
        if (copies[i] < 0) return errno;
    }
    return 0;
}

/* Puts the copies in their places. */
static int place(posix_spawn_file_actions_t *actions, const int copies[3]) {
    int code = 0;
    for (int i = 0; i < 3 && code == 0; i++) {
        if (copies[i] >= 0) code = posix_spawn_file_actions_adddup2(actions, copies[i], i);
    }
    return code;
}

static int close_others(posix_spawn_file_actions_t *actions) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    return posix_spawn_file_actions_addclosefrom_np(actions, 3);
#else
    /* What is closed on exec is closed all the same. */
    (void)actions;
    return 0;
#endif
}

static int set_signals(posix_spawnattr_t *attributes, int new_group) {
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    sigdelset(&defaults, SIGKILL);
    sigdelset(&defaults, SIGSTOP);
    /* What nohup has asked for is for children too. */
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN) sigdelset(&defaults, SIGHUP);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (new_group) flags |= POSIX_SPAWN_SETPGROUP;
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (code == 0) code = posix_spawnattr_setflags(attributes, flags);
    return code;
}

static int start(const gt_spawn *spawn, posix_spawn_file_actions_t *actions, int copies[3], pid_t *id) {
    posix_spawnattr_t attributes;
    if (gt_hangup_is_handled_for_us_alone()) {
        int code = copy(spawn->descriptors, copies);
        return code == 0 ? gt_spawn_without_hangups(spawn, copies, id) : code;
    }
    int code = posix_spawnattr_init(&attributes);
    if (code != 0) return code;
    code = set_signals(&attributes, spawn->new_group);
    if (code == 0) code = copy(spawn->descriptors, copies);
    if (code == 0) code = place(actions, copies);
    if (code == 0 && spawn->folder) code = posix_spawn_file_actions_addchdir_np(actions, spawn->folder);
    if (code == 0) code = close_others(actions);
    if (code == 0) code = posix_spawnp(id, spawn->file, actions, &attributes, spawn->arguments, spawn->environment);
    posix_spawnattr_destroy(&attributes);
    return code;
}

int gt_spawn_start(const gt_spawn *spawn, pid_t *id) {
    posix_spawn_file_actions_t actions;
    int copies[3] = {-1, -1, -1};
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = start(spawn, &actions, copies, id);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 3; i++) {
        if (copies[i] >= 0) close(copies[i]);
    }
    return code;
}

int gt_child_descriptor(pid_t id) {
    int fd = (int)syscall(SYS_pidfd_open, id, 0);
    /* The kernel closes it on exec by itself. */
    return fd < 0 ? -errno : fd;
}

int gt_child_status(pid_t id, int *status) {
    siginfo_t info;
    info.si_pid = 0;
    int code;
    do {
        code = waitid(P_PID, (id_t)id, &info, WEXITED | WNOHANG);
    } while (code < 0 && errno == EINTR);
    if (code < 0) return -errno;
    if (info.si_pid == 0) return 0;
    *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return 1;
}

int gt_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    /* More processors than the set has room for. */
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}
