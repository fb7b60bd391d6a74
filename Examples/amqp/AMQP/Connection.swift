// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CRabbit
import Glibc
import Tornado

/// What the broker, or the way to it, said instead of an answer; answered with 503.
struct AMQPError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 503 }
    var logMessage: String? { self.description }

    init(_ what: String, status: Int32) {
        self.description = "\(what): \(String(cString: amqp_error_string2(status)))"
    }

    init(_ what: String, _ reply: amqp_rpc_reply_t) {
        if reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION {
            self.description = "\(what): the broker refused: \(String(amqp_refusal(reply)))"
        } else {
            self.description = "\(what): \(String(cString: amqp_error_string2(reply.library_error)))"
        }
    }
}

/// Where the broker is, and who asks: amqp://user:password@host:port/vhost.
struct Address {
    var host = "127.0.0.1"
    var port: Int32 = 5672
    var user = "guest"
    var password = "guest"
    var vhost = "/"

    init(_ url: String) throws {
        let text = strdup(url)
        defer { free(text) }
        var parts = amqp_connection_info()
        let status = amqp_parse_url(text, &parts)
        guard status == 0 else { throw AMQPError("AMQP_URL", status: status) }
        self.host = String(cString: parts.host)
        self.port = parts.port
        self.user = String(cString: parts.user)
        self.password = String(cString: parts.password)
        self.vhost = String(cString: parts.vhost)
    }
}

/// A connection to the broker with one channel: plain, blocking librabbitmq.
final class Connection {
    private static let channel: amqp_channel_t = 1
    private let state: amqp_connection_state_t

    /// Connects, and logs in.
    init(_ address: Address) throws {
        self.state = amqp_new_connection()
        let status = amqp_socket_open(amqp_tcp_socket_new(self.state), address.host, address.port)
        guard status == 0 else { throw AMQPError("connecting", status: status) }
        let login = amqp_login_plain(self.state, address.vhost, address.user, address.password)
        guard login.reply_type == AMQP_RESPONSE_NORMAL else { throw AMQPError("logging in", login) }
        amqp_channel_open(self.state, Self.channel)
        try self.check("opening a channel")
    }

    deinit {
        // Frees everything and closes the socket. A connection that still works should say so first: see close().
        amqp_destroy_connection(self.state)
    }

    /// Says goodbye to the broker.
    func close() {
        _ = amqp_connection_close(self.state, AMQP_REPLY_SUCCESS)
    }

    /// Makes a queue, if there is none of that name.
    func declare(_ queue: String) throws {
        queue.withAMQPBytes { name in
            _ = amqp_queue_declare(self.state, Self.channel, name, 0, 0, 0, 0, amqp_empty_table)
        }
        try self.check("declaring \(queue)")
    }

    /// Puts a message into a queue.
    func publish(_ text: String, to queue: String) throws {
        let status = queue.withAMQPBytes { name in
            text.withAMQPBytes { body in
                amqp_basic_publish(self.state, Self.channel, amqp_empty_bytes, name, 0, 0, nil, body)
            }
        }
        guard status == 0 else { throw AMQPError("publishing", status: status) }
    }

    /// Waits for a message in a queue; nil if none came within so many seconds.
    func consume(_ queue: String, seconds: Double) throws -> String? {
        queue.withAMQPBytes { name in
            _ = amqp_basic_consume(self.state, Self.channel, name, amqp_empty_bytes, 0, 1, 0, amqp_empty_table)
        }
        try self.check("consuming \(queue)")
        var envelope = amqp_envelope_t()
        var timeout = timeval(tv_sec: Int(seconds), tv_usec: Int(seconds * 1_000_000) % 1_000_000)
        let reply = amqp_consume_message(self.state, &envelope, &timeout, 0)
        if reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION, reply.library_error == AMQP_STATUS_TIMEOUT.rawValue {
            return nil
        }
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw AMQPError("waiting for a message", reply) }
        defer { amqp_destroy_envelope(&envelope) }
        return String(envelope.message.body)
    }

    private func check(_ what: String) throws {
        let reply = amqp_get_rpc_reply(self.state)
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw AMQPError(what, reply) }
    }
}

extension String {
    fileprivate init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// Calls with the text as AMQP takes it, without a copy that outlives the call.
    fileprivate func withAMQPBytes<R>(_ body: (amqp_bytes_t) throws -> R) rethrows -> R {
        let text = strdup(self)
        defer { free(text) }
        return try body(amqp_cstring_bytes(text))
    }
}
