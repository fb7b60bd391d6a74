#define _GNU_SOURCE
#include "CProviderKit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int gt_accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int gt_eventfd(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int gt_epoll(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int gt_replace(int fd, int other) {
    if (other < 0) return -errno;
    int code = dup3(other, fd, O_CLOEXEC) < 0 ? -errno : 0;
    close(other);
    return code;
}

/* The place is given up first: there may be no other left. */
int gt_renew(int fd, int (*make)(void)) {
    close(fd);
    int other = make();
    return other == fd ? 0 : gt_replace(fd, other);
}

void gt_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int gt_pipe(int fds[2]) {
    return pipe2(fds, O_CLOEXEC);
}

/* write() has no flag for it: the signal is held back, and taken if it came from here. */
ssize_t gt_write_quietly(int fd, const void *bytes, size_t size) {
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t count = write(fd, bytes, size);
    int error = errno;
    if (count < 0 && error == EPIPE && !was_pending) {
        const struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, 0, &now) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
    errno = error;
    return count;
}

/* Weak: the runner's own executable has no framework in it. */
extern gt_registry *gtornado_registry_v1(void) __attribute__((weak));

gt_registry *gt_image_registry(void) {
    return gtornado_registry_v1 ? gtornado_registry_v1() : 0;
}
