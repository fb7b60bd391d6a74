/*
 * The floor: the least a process can do to answer HTTP over epoll. It reads, looks for the blank line that ends a
 * head, and writes one fixed answer for each it found, in one write. It parses nothing and checks nothing, so it is no
 * server; it is what the kernel costs.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FD 65536
#define MAX_BATCH 64

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                             "Content-Length: 12\r\n"
                             "\r\n"
                             "Hello, world";
enum { ANSWER = sizeof answer - 1 };

/* How much of "\r\n\r\n" the end of what was read so far matches, for heads that arrive in pieces. */
static uint8_t matched[MAX_FD];
static char answers[ANSWER * MAX_BATCH];

static int heads_in(int fd, const char *bytes, ssize_t size) {
    if (matched[fd] == 0 && size >= 4 && memcmp(bytes + size - 4, "\r\n\r\n", 4) == 0 &&
        memmem(bytes, (size_t)size - 1, "\r\n\r\n", 4) == NULL)
        return 1;
    int heads = 0, state = matched[fd];
    for (ssize_t i = 0; i < size; i++) {
        if (bytes[i] == "\r\n\r\n"[state])
            state++;
        else
            state = bytes[i] == '\r';
        if (state == 4) heads++, state = 0;
    }
    matched[fd] = (uint8_t)state;
    return heads;
}

static void serve(int fd) {
    static char input[65536];
    ssize_t size = read(fd, input, sizeof input);
    if (size <= 0) {
        close(fd);
        return;
    }
    for (int heads = heads_in(fd, input, size); heads > 0; heads -= MAX_BATCH) {
        size_t bytes = (size_t)(heads < MAX_BATCH ? heads : MAX_BATCH) * ANSWER;
        if (write(fd, answers, bytes) != (ssize_t)bytes) {
            close(fd);
            return;
        }
    }
}

static int listen_on(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0) {
        perror("floor: cannot listen");
        exit(1);
    }
    return fd;
}

static void accept_all(int poll, int listener) {
    for (;;) {
        int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        matched[fd] = 0;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: floor PORT\n", stderr);
        return 64;
    }
    for (int i = 0; i < MAX_BATCH; i++) memcpy(answers + i * ANSWER, answer, ANSWER);
    int listener = listen_on((uint16_t)atoi(argv[1])), poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd == listener)
                accept_all(poll, listener);
            else
                serve(events[i].data.fd);
    }
}
