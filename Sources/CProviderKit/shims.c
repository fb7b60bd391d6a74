#define _GNU_SOURCE
#include "CProviderKit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

int gt_accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int gt_eventfd(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int gt_replace(int fd, int other) {
    if (other < 0) return -errno;
    int code = dup3(other, fd, O_CLOEXEC) < 0 ? -errno : 0;
    close(other);
    return code;
}

void gt_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int gt_pipe(int fds[2]) {
    return pipe2(fds, O_CLOEXEC);
}

/* Weak: the runner's own executable has no framework in it. */
extern gt_registry *gtornado_registry_v1(void) __attribute__((weak));

gt_registry *gt_image_registry(void) {
    return gtornado_registry_v1 ? gtornado_registry_v1() : 0;
}
