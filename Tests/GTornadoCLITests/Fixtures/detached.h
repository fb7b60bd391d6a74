/*
 * A connection that was taken over, plain or under TLS: OpenSSL is found in the process when it is needed.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gtornado.h"

typedef struct connection {
    int fd;
    /* SSL * */
    void *ssl;
} connection;

static int (*ssl_read)(void *, void *, int), (*ssl_write)(void *, const void *, int), (*ssl_get_error)(void *, int);
static int (*ssl_shutdown)(void *);
static void (*ssl_free)(void *), (*clear_errors)(void);

static void find_openssl(void) {
    void *library = dlopen("libssl.so.3", RTLD_NOW);
    if (!library || ssl_read) return;
    ssl_write = (int (*)(void *, const void *, int))dlsym(library, "SSL_write");
    ssl_get_error = (int (*)(void *, int))dlsym(library, "SSL_get_error");
    ssl_shutdown = (int (*)(void *))dlsym(library, "SSL_shutdown");
    ssl_free = (void (*)(void *))dlsym(library, "SSL_free");
    clear_errors = (void (*)(void))dlsym(library, "ERR_clear_error");
    ssl_read = (int (*)(void *, void *, int))dlsym(library, "SSL_read");
}

static connection *connection_detach(const gt_httpserver *http, gt_exchange *exchange, gt_bytes *unread) {
    connection *made = calloc(1, sizeof *made);
    int code = http->detach_tls(exchange, &made->fd, &made->ssl, unread);
    if (code) {
        free(made);
        errno = -code;
        return 0;
    }
    if (made->ssl) find_openssl();
    return made;
}

static int connection_fd(const connection *peer) { return peer->fd; }

/* Bytes, 0 at the end, or a negative errno value. */
static long connection_read(connection *peer, char *bytes, size_t size) {
    if (!peer->ssl) {
        long count = recv(peer->fd, bytes, size, MSG_DONTWAIT);
        return count < 0 ? -errno : count;
    }
    clear_errors();
    int count = ssl_read(peer->ssl, bytes, (int)size);
    /* SSL_ERROR_WANT_READ */
    return count > 0 ? count : ssl_get_error(peer->ssl, count) == 2 ? -EAGAIN : 0;
}

static void connection_write(connection *peer, const char *bytes, long size) {
    if (!size) return;
    if (!peer->ssl) {
        send(peer->fd, bytes, (size_t)size, MSG_NOSIGNAL);
    } else {
        clear_errors();
        ssl_write(peer->ssl, bytes, (int)size);
    }
}

static void connection_close(connection *peer) {
    if (peer->ssl) {
        clear_errors();
        ssl_shutdown(peer->ssl);
        ssl_free(peer->ssl);
        clear_errors();
    }
    close(peer->fd);
    free(peer);
}
