#define _GNU_SOURCE
#include "CProviderKit.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

int gt_accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int gt_eventfd(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int gt_pipe(int fds[2]) {
    return pipe2(fds, O_CLOEXEC);
}

/* Weak: the runner's own executable has no framework in it. */
extern gt_registry *gtornado_registry_v1(void) __attribute__((weak));

gt_registry *gt_image_registry(void) {
    return gtornado_registry_v1 ? gtornado_registry_v1() : 0;
}
