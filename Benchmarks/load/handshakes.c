/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Loads a TLS server with handshakes, one connection after the other: each asks for "/", reads the answer, and closes.
 *
 *     handshakes full|resumed PORT SECONDS     prints "handshakes N", "seconds S"
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
static SSL_SESSION *ticket;

static void fail(const char *what) {
    fprintf(stderr, "handshakes: %s\n", what);
    exit(1);
}

static int keep(SSL *ssl, SSL_SESSION *session) {
    (void)ssl;
    if (ticket) SSL_SESSION_free(ticket);
    ticket = session;
    return 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void exchange(SSL_CTX *context, const struct sockaddr_in *address, bool resumed) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0) fail("connect");
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    bool must_resume = resumed && ticket;
    if (must_resume) SSL_set_session(ssl, ticket);
    if (SSL_connect(ssl) != 1) fail("the handshake failed");
    if (must_resume && !SSL_session_reused(ssl)) fail("the server did not resume the session");
    if (SSL_write(ssl, request, sizeof request - 1) <= 0) fail("write");
    char answer[4096];
    int count = SSL_read(ssl, answer, sizeof answer);
    if (count < 12 || memcmp(answer, "HTTP/1.1 200", 12) != 0) fail("no answer");
    while (SSL_read(ssl, answer, sizeof answer) > 0) {}
    SSL_shutdown(ssl);
    SSL_free(ssl);
    /* No TIME_WAIT on this side, where the ports would run out. */
    struct linger linger = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    bool resumed = strcmp(argv[1], "resumed") == 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (resumed) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
        SSL_CTX_sess_set_new_cb(context, keep);
    }
    exchange(context, &address, resumed);
    unsigned long count = 0;
    double begin = now(), end = begin + atof(argv[3]);
    for (; now() < end; count++) exchange(context, &address, resumed);
    printf("handshakes %lu\nseconds %.6f\n", count, now() - begin);
    return 0;
}
