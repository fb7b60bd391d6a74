/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Echoes WebSocket messages, on libwebsockets.
 */
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

struct session {
    unsigned char *bytes;
    size_t size, room;
};

static int append(struct session *session, const void *bytes, size_t size) {
    size_t needed = session->size + size;
    if (needed > session->room) {
        unsigned char *more = realloc(session->bytes, LWS_PRE + needed);
        if (!more) return -1;
        session->bytes = more;
        session->room = needed;
    }
    memcpy(session->bytes + LWS_PRE + session->size, bytes, size);
    session->size = needed;
    return 0;
}

static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size) {
    struct session *session = user;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        if (append(session, in, size) < 0) return -1;
        if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0) lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (session->size == 0) return 0;
        if (lws_write(wsi, session->bytes + LWS_PRE, session->size, LWS_WRITE_BINARY) < 0) return -1;
        session->size = 0;
        return 0;
    case LWS_CALLBACK_CLOSED:
        free(session->bytes);
        return 0;
    default:
        return 0;
    }
}

int main(int argc, char **argv) {
    static const struct lws_protocols protocols[] = {
        {.name = "echo", .callback = echo, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 65536}, {0}
    };
    struct lws_context_creation_info info = {0};
    info.port = atoi(argc > 1 ? argv[1] : "8888");
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.pt_serv_buf_size = 65536;
    lws_set_log_level(LLL_ERR, 0);
    struct lws_context *context = lws_create_context(&info);
    if (!context) return 1;
    while (lws_service(context, 0) >= 0) {}
    return 0;
}
