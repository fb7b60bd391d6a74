/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Echoes lines, on libevent's bufferevents: what a C programmer would write.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

static void read_lines(struct bufferevent *stream, void *context) {
    struct evbuffer *input = bufferevent_get_input(stream), *output = bufferevent_get_output(stream);
    size_t size;
    char *line;
    (void)context;
    while ((line = evbuffer_readln(input, &size, EVBUFFER_EOL_LF))) {
        evbuffer_add(output, line, size);
        evbuffer_add(output, "\n", 1);
        free(line);
    }
}

static void ended(struct bufferevent *stream, short what, void *context) {
    (void)what;
    (void)context;
    bufferevent_free(stream);
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int size, void *context) {
    int one = 1;
    (void)listener;
    (void)peer;
    (void)size;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct bufferevent *stream = bufferevent_socket_new(context, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(stream, read_lines, 0, ended, 0);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
}

int main(int argc, char **argv) {
    struct event_base *base = event_base_new();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "8888"))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct evconnlistener *listener = evconnlistener_new_bind(
        base, accepted, base, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE, 1024, (struct sockaddr *)&address, sizeof address
    );
    return listener ? event_base_dispatch(base) : 1;
}
