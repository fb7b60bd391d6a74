// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CStrophe
import Glibc

/// One log-in: a connection, and libstrophe's own event loop, which runs inside of whoever waits for something.
final class Session {
    private let context: OpaquePointer
    private let connection: OpaquePointer
    private var failure: String?
    private var isReady = false
    private var messages: [String] = []
    private var answered: Set<String> = []
    private var questions = 0

    /// Connects, encrypts and logs in.
    init(_ account: Account, resource: String) throws {
        guard let context = xmpp_ctx_new(nil, nil), let connection = xmpp_conn_new(context) else {
            throw XMPPError("out of memory")
        }
        self.context = context
        self.connection = connection
        xmpp_conn_set_flags(connection, Int(1 << 1))  // XMPP_CONN_FLAG_MANDATORY_TLS, a macro that Swift can't read
        if let file = account.authorities { xmpp_conn_set_cafile(connection, file) }
        xmpp_conn_set_jid(connection, "\(account.jid)/\(resource)")
        xmpp_conn_set_pass(connection, account.password)
        let status = xmpp_connect_client(connection, account.host, account.port, connectionChanged, self.pointer)
        guard status == XMPP_EOK else { throw XMPPError("cannot connect to \(account.host):\(account.port)") }
        xmpp_handler_add(connection, messageArrived, nil, "message", nil, self.pointer)
        try self.run(seconds: 20) { self.isReady }
        guard self.isReady else { throw XMPPError("the server does not let \(account.jid) in") }
    }

    deinit {
        xmpp_conn_release(self.connection)
        xmpp_ctx_free(self.context)
    }

    /// Says goodbye to the server.
    func close() throws {
        xmpp_disconnect(self.connection)
        for _ in 0..<20 where xmpp_conn_is_disconnected(self.connection) == 0 { xmpp_run_once(self.context, 100) }
    }

    /// Tells the server that messages may come.
    func bePresent() {
        let presence = xmpp_presence_new(self.context)
        xmpp_send(self.connection, presence)
        xmpp_stanza_release(presence)
    }

    /// Sends a message.
    func say(_ text: String, to jid: String) {
        let message = xmpp_message_new(self.context, "chat", jid, nil)
        xmpp_message_set_body(message, text)
        xmpp_send(self.connection, message)
        xmpp_stanza_release(message)
    }

    /// Waits for a message; nil if none came within so many seconds.
    func hear(seconds: Double) throws -> String? {
        try self.run(seconds: seconds) { !self.messages.isEmpty }
        return self.messages.isEmpty ? nil : self.messages.removeFirst()
    }

    /// Asks the server whether it is there: everything sent before has been read when it answers.
    func ping() throws {
        self.questions += 1
        let id = "ping-\(self.questions)"
        let question = xmpp_iq_new(self.context, "get", id)
        let ping = xmpp_stanza_new(self.context)
        xmpp_stanza_set_name(ping, "ping")
        xmpp_stanza_set_ns(ping, "urn:xmpp:ping")
        xmpp_stanza_add_child(question, ping)
        xmpp_stanza_release(ping)
        xmpp_id_handler_add(self.connection, pingAnswered, id, self.pointer)
        xmpp_send(self.connection, question)
        xmpp_stanza_release(question)
        try self.run(seconds: 20) { self.answered.contains(id) }
        guard self.answered.contains(id) else { throw XMPPError("the server does not answer") }
    }

    // MARK: libstrophe's event loop

    /// Handlers get this back.
    ///
    /// They are called only inside of `run`, so the session is alive.
    private var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// Runs until there is what was asked for, or so many seconds have passed.
    private func run(seconds: Double, until isDone: () -> Bool) throws {
        let end = Self.now() + seconds
        while !isDone() {
            if let failure = self.failure { throw XMPPError(failure) }
            let rest = end - Self.now()
            if rest <= 0 { return }
            xmpp_run_once(self.context, UInt(rest * 1000) + 1)
        }
    }

    fileprivate func changed(_ event: xmpp_conn_event_t, _ error: Int32) {
        switch event {
        case XMPP_CONN_CONNECT: self.isReady = true
        case XMPP_CONN_DISCONNECT, XMPP_CONN_FAIL:
            let reason = error == 0 ? "the server ended it" : String(cString: strerror(error))
            self.failure = "the connection is lost: \(reason)"
        default: break
        }
    }

    fileprivate func arrived(_ message: OpaquePointer?) {
        guard let text = xmpp_message_get_body(message) else { return }
        defer { xmpp_free(self.context, text) }
        self.messages.append(String(cString: text))
    }

    fileprivate func answered(_ stanza: OpaquePointer?) {
        if let id = xmpp_stanza_get_id(stanza) { self.answered.insert(String(cString: id)) }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

private func session(_ pointer: UnsafeMutableRawPointer?) -> Session? {
    pointer.map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
}

private let connectionChanged: xmpp_conn_handler = { _, event, error, _, context in
    session(context)?.changed(event, error)
}

private let messageArrived: xmpp_handler = { _, stanza, context in
    session(context)?.arrived(stanza)
    return 1
}

private let pingAnswered: xmpp_handler = { _, stanza, context in
    session(context)?.answered(stanza)
    return 0
}
