/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The sets of a select(), and what they are for poll().
 */
#define _GNU_SOURCE
#include "fd_bits.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../waiting.h"

/* How many descriptors the process has room for: the kernel looks no further into the sets, whatever the first argument
 * of select() says. */
static int table_size(void) {
    char text[2048];
    int fd = gt_libc.open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return FD_SETSIZE;
    ssize_t length = gt_libc.read(fd, text, sizeof text - 1);
    gt_libc.close(fd);
    text[length < 0 ? 0 : length] = 0;
    const char *line = strstr(text, "\nFDSize:");
    int size = line ? atoi(line + strlen("\nFDSize:")) : 0;
    return size > 0 ? size : FD_SETSIZE;
}

int gt_fd_bits_save(gt_fd_bits *bits, int count, fd_set *reads, fd_set *writes, fd_set *excepts) {
    if (count > FD_SETSIZE) {
        int room = table_size();
        if (count > room) count = room;
    }
    const int word = sizeof(long) * CHAR_BIT;
    bits->count = count;
    bits->bytes = (size_t)((count + word - 1) / word) * sizeof(long);
    bits->sets[0] = reads;
    bits->sets[1] = writes;
    bits->sets[2] = excepts;
    bits->saved = 3 * bits->bytes <= sizeof bits->few ? bits->few : malloc(3 * bits->bytes);
    if (!bits->saved) return -ENOMEM;
    for (int i = 0; i < 3; i++) {
        unsigned char *saved = bits->saved + (size_t)i * bits->bytes;
        if (bits->sets[i]) {
            memcpy(saved, bits->sets[i], bits->bytes);
        } else {
            memset(saved, 0, bits->bytes);
        }
    }
    return 0;
}

void gt_fd_bits_restore(gt_fd_bits *bits) {
    for (int i = 0; i < 3; i++) {
        if (bits->sets[i]) memcpy(bits->sets[i], bits->saved + (size_t)i * bits->bytes, bits->bytes);
    }
}

void gt_fd_bits_free(gt_fd_bits *bits) {
    if (bits->saved != bits->few) free(bits->saved);
}

size_t gt_fd_bits_poll(const gt_fd_bits *bits, struct pollfd *fds) {
    /* As the kernel's select() does it: a hang-up makes a descriptor readable, an error readable and writable. */
    static const short events[3] = {POLLIN | POLLRDNORM | POLLRDBAND, POLLOUT | POLLWRNORM | POLLWRBAND, POLLPRI};
    size_t found = 0;
    for (int fd = 0; fd < bits->count; fd++) {
        size_t word = (size_t)fd / (sizeof(long) * CHAR_BIT);
        unsigned long bit = 1ul << ((size_t)fd % (sizeof(long) * CHAR_BIT));
        short wanted = 0;
        for (int i = 0; i < 3; i++) {
            unsigned long value;
            memcpy(&value, bits->saved + (size_t)i * bits->bytes + word * sizeof value, sizeof value);
            if (value & bit) wanted |= events[i];
        }
        if (!wanted) continue;
        if (fds) fds[found] = (struct pollfd){.fd = fd, .events = wanted};
        found++;
    }
    return found;
}
