/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

/* amqp_login() takes any number of arguments, which Swift cannot call. */
static inline amqp_rpc_reply_t amqp_login_plain(amqp_connection_state_t connection, const char *vhost,
                                                const char *user, const char *password) {
    return amqp_login(connection, vhost, AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE, AMQP_DEFAULT_HEARTBEAT,
                      AMQP_SASL_METHOD_PLAIN, user, password);
}
/* Why the broker closed the connection or the channel: macros tell which, and Swift cannot read those. */
static inline amqp_bytes_t amqp_refusal(amqp_rpc_reply_t reply) {
    switch (reply.reply.id) {
    case AMQP_CONNECTION_CLOSE_METHOD: return ((amqp_connection_close_t *)reply.reply.decoded)->reply_text;
    case AMQP_CHANNEL_CLOSE_METHOD: return ((amqp_channel_close_t *)reply.reply.decoded)->reply_text;
    default: return amqp_empty_bytes;
    }
}
