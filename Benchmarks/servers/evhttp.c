/*
 * libevent's own HTTP server in C, as short as its documentation has it: what a mode built on evhttp cannot beat.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void answer(struct evhttp_request *request, void *context) {
    (void)context;
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/plain; charset=utf-8");
    evbuffer_add(evhttp_request_get_output_buffer(request), "Hello, world", 12);
    evhttp_send_reply(request, 200, "OK", NULL);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: evhttp PORT\n", stderr);
        return 64;
    }
    struct event_base *base = event_base_new();
    struct evhttp *http = base ? evhttp_new(base) : NULL;
    if (!http || evhttp_bind_socket(http, "127.0.0.1", (uint16_t)atoi(argv[1])) < 0) {
        perror("evhttp: cannot listen");
        return 1;
    }
    evhttp_set_gencb(http, answer, NULL);
    event_base_dispatch(base);
    return 0;
}
