/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Loads an echo server: each connection sends a message, waits until it is back whole, and sends the next.
 *
 *     echo ws|line PORT CONNECTIONS SIZE SECONDS     prints "messages N", "seconds S"
 *     echo ws PORT CONNECTIONS 0 0                   opens them, prints "open N", keeps them until standard input ends
 *
 * One thread, epoll. What comes back is counted and its ends are looked at, no more: this must not be the limit.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct peer {
    int fd;
    size_t sent, received;
} peer;

static const char handshake[] =
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

static uint8_t *message;
static size_t message_size, answer_size;
static uint8_t answer_first, answer_last;
static uint8_t scratch[1 << 18];
static unsigned long messages;

static void fail(const char *what) {
    fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static size_t put_length(uint8_t *place, size_t size, uint8_t mask) {
    if (size < 126) {
        place[0] = (uint8_t)(mask | size);
        return 1;
    }
    int count = size < 65536 ? 2 : 8;
    place[0] = mask | (count == 2 ? 126 : 127);
    for (int i = 0; i < count; i++) place[1 + i] = (uint8_t)(size >> (8 * (count - 1 - i)));
    return (size_t)count + 1;
}

/* A binary message, masked as a client's must be; its echo has neither mask nor key. */
static void make_message(bool websocket, size_t size) {
    message = calloc(1, size + 16);
    if (!message) fail("no memory");
    memset(message, 'x', size + 16);
    if (!websocket) {
        message[size - 1] = '\n';
        message_size = answer_size = size;
        answer_first = message[0];
        answer_last = '\n';
        return;
    }
    message[0] = 0x82;
    size_t head = 1 + put_length(message + 1, size, 0x80);
    memcpy(message + head, "\x11\x22\x33\x44", 4);
    message_size = head + 4 + size;
    for (size_t i = 0; i < size; i++) message[head + 4 + i] = 'x' ^ message[head + (i & 3)];
    answer_size = head + size;
    answer_first = 0x82;
    answer_last = 'x';
}

static int dial(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    /* More connections than one address has ports. */
    static unsigned count;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001 + count++ / 20000)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) fail("bind");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    return fd;
}

static void shake_hands(int fd) {
    if (write(fd, handshake, sizeof handshake - 1) != sizeof handshake - 1) fail("the handshake");
    size_t have = 0;
    while (have < 4 || memcmp(scratch + have - 4, "\r\n\r\n", 4) != 0) {
        ssize_t count = read(fd, scratch + have, 1);
        if (count <= 0) fail("the handshake's answer");
        have += (size_t)count;
    }
    if (memcmp(scratch, "HTTP/1.1 101", 12) != 0) {
        fprintf(stderr, "echo: the handshake was refused: %.*s\n", (int)have, scratch);
        exit(1);
    }
}

static void push(peer *peer) {
    while (peer->sent < message_size) {
        ssize_t count = send(peer->fd, message + peer->sent, message_size - peer->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) fail("send");
        peer->sent += (size_t)count;
    }
}

static void pull(peer *peer) {
    size_t left = answer_size - peer->received;
    ssize_t count = recv(peer->fd, scratch, left < sizeof scratch ? left : sizeof scratch, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) fail("the server closed a connection");
    if (peer->received == 0 && scratch[0] != answer_first) fail("a wrong first byte");
    peer->received += (size_t)count;
    if (peer->received < answer_size) return;
    if (scratch[count - 1] != answer_last) fail("a wrong last byte");
    messages++;
    peer->sent = peer->received = 0;
    push(peer);
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: echo ws|line PORT CONNECTIONS SIZE SECONDS\n");
        return 2;
    }
    bool websocket = strcmp(argv[1], "ws") == 0;
    int port = atoi(argv[2]), count = atoi(argv[3]);
    size_t size = (size_t)atol(argv[4]);
    double seconds = atof(argv[5]);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    peer *peers = calloc((size_t)count, sizeof *peers);
    int poll = epoll_create1(0);
    if (!peers || poll < 0) fail("no memory");
    for (int i = 0; i < count; i++) {
        peers[i].fd = dial(port);
        if (websocket) shake_hands(peers[i].fd);
    }
    if (seconds <= 0) {
        printf("open %d\n", count);
        fflush(stdout);
        while (read(0, scratch, sizeof scratch) > 0) {}
        return 0;
    }
    make_message(websocket, size);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &peers[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, peers[i].fd, &event);
    }
    double begin = now(), end = begin + seconds;
    for (int i = 0; i < count; i++) push(&peers[i]);
    while (now() < end) {
        struct epoll_event events[256];
        int got = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < got; i++) {
            peer *peer = events[i].data.ptr;
            if (events[i].events & EPOLLOUT && peer->sent < message_size) push(peer);
            if (events[i].events & EPOLLIN) {
                unsigned long before = messages;
                size_t had;
                /* Edge-triggered: until there is nothing more, or the next message has gone. */
                do {
                    had = peer->received;
                    pull(peer);
                } while (messages == before && peer->received > had);
            }
        }
    }
    printf("messages %lu\nseconds %.6f\n", messages, now() - begin);
    return 0;
}
