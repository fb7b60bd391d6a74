// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import HTTPCodec
import ProviderKit

/// One evhttp server: its listeners, its connections, and what they share.
///
/// It lives on its loop's thread. libevent holds pointers to it until ``close()``.
final class EvhttpEngine {
    let loop: OpaquePointer
    let base: OpaquePointer
    let http: OpaquePointer
    let settings: HTTPServerSettings
    /// Null where the server speaks plain HTTP.
    let tls: EvhttpTLS?
    let delegate: gt_http_delegate
    let serverContext: UnsafeMutableRawPointer?

    let headers = HeaderScratch()
    let text = TextScratch()
    /// The end of an answer's status line, and what follows it.
    let lines = OutputBuffer(capacity: 1024)
    let dates = DateCache()
    /// Carries pieces of bodies to evhttp; empty between calls.
    let pieces: OpaquePointer
    /// What evhttp is shown as the request's fields while it writes an answer's head.
    let noFields: UnsafeMutablePointer<evkeyvalq>

    var listeners: [(socket: OpaquePointer, path: String?)] = []
    /// Connections by descriptor.
    private var connections: ContiguousArray<EvhttpConnection?> = []
    private(set) var connectionCount = 0
    /// Made by evhttp's accept, and not yet seen with their connection.
    private var newcomers: [UnsafeMutablePointer<bufferevent>] = []
    private var doomed: [EvhttpConnection] = []
    private var lingering: [EvhttpLinger] = []
    private var work: UnsafeMutablePointer<event>?
    var sweep: UnsafeMutablePointer<event>?
    var resume: UnsafeMutablePointer<event>?
    private(set) var isStopping = false
    private(set) var isClosed = false
    var isPaused = false
    /// Called in a turn of its own when the last connection of a stopping server has gone.
    private var onEmpty: [() -> Void] = []

    init?(
        _ loop: OpaquePointer,
        _ base: OpaquePointer,
        _ settings: HTTPServerSettings,
        _ delegate: gt_http_delegate,
        _ serverContext: UnsafeMutableRawPointer?,
        tls: EvhttpTLS?
    ) {
        guard let pieces = evbuffer_new() else { return nil }
        guard let http = evhttp_new(base) else {
            evbuffer_free(pieces)
            return nil
        }
        self.loop = loop
        self.base = base
        self.http = http
        self.settings = settings
        self.delegate = delegate
        self.serverContext = serverContext
        self.tls = tls
        self.pieces = pieces
        self.noFields = .allocate(capacity: 1)
        self.noFields.initialize(to: evkeyvalq())
        self.configure()
        LibeventBase.keepDescriptorsSmall(for: base)
    }

    deinit {
        evbuffer_free(self.pieces)
        self.noFields.deallocate()
    }

    private func configure() {
        let methods = [
            EVHTTP_REQ_GET, EVHTTP_REQ_POST, EVHTTP_REQ_HEAD, EVHTTP_REQ_PUT, EVHTTP_REQ_DELETE, EVHTTP_REQ_OPTIONS,
            EVHTTP_REQ_TRACE, EVHTTP_REQ_CONNECT, EVHTTP_REQ_PATCH,
        ]
        evhttp_set_allowed_methods(self.http, methods.reduce(0) { $0 | UInt16(truncatingIfNeeded: $1.rawValue) })
        evhttp_set_max_headers_size(self.http, self.settings.limits.head)
        evhttp_set_max_body_size(self.http, Int(self.settings.limits.body))
        evhttp_set_default_content_type(self.http, nil)
        let context = Unmanaged.passUnretained(self).toOpaque()
        evhttp_set_gencb(self.http, { EvhttpEngine.from($1).received($0) }, context)
        evhttp_set_bevcb(self.http, { EvhttpEngine.from($1).newBufferevent($0) }, context)
        self.resume = event_new(self.base, -1, 0, { EvhttpEngine.from($2).resumeAccepting() }, context)
        self.work = event_new(self.base, -1, 0, { EvhttpEngine.from($2).doWork() }, context)
    }

    /// The engine behind a context, which libevent only has while the engine lives.
    static func from(_ context: UnsafeMutableRawPointer?) -> EvhttpEngine {
        Unmanaged<EvhttpEngine>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
    }

    // MARK: Connections

    /// evhttp accepts by itself.
    ///
    /// Asked for the transport, the engine learns of the connection; it sees the rest in its next piece of work, before
    /// the loop can have read anything from it.
    private func newBufferevent(_ base: OpaquePointer?) -> UnsafeMutablePointer<bufferevent>? {
        // Without an answer evhttp would take a plain one: under TLS that is what adopt() then drops.
        guard let bufferevent = self.tls?.makeBufferevent(base) ?? bufferevent_socket_new(base, -1, 0) else {
            return nil
        }
        // evhttp may give up the connection before the work is done.
        bufferevent_incref(bufferevent)
        self.newcomers.append(bufferevent)
        self.scheduleWork()
        return bufferevent
    }

    private func adoptNewcomers() {
        let newcomers = self.newcomers
        self.newcomers.removeAll(keepingCapacity: true)
        for bufferevent in newcomers {
            var context: UnsafeMutableRawPointer?
            bufferevent_getcb(bufferevent, nil, nil, nil, &context)
            // evhttp's own context is its connection; freed ones have none.
            if let context {
                self.adopt(OpaquePointer(context), bufferevent)
            } else if let tls = self.tls, let session = tls.library.session(of: bufferevent) {
                tls.retire(session)
                self.scheduleWork()
            }
            bufferevent_decref(bufferevent)
        }
    }

    private func adopt(_ evcon: OpaquePointer, _ bufferevent: UnsafeMutablePointer<bufferevent>) {
        let descriptor = Int(bufferevent_getfd(bufferevent))
        guard descriptor >= 0 else { return }
        while self.connections.count <= descriptor { self.connections.append(nil) }
        guard self.connections[descriptor] == nil else { return }
        let session = self.tls?.library.session(of: bufferevent)
        let connection = EvhttpConnection(evcon, bufferevent, descriptor, engine: self, session: session)
        self.connections[descriptor] = connection
        self.connectionCount += 1
        if self.tls != nil { if session == nil { connection.abort() } else { connection.watchFirstRecord() } }
        if self.sweep == nil { self.startSweep() }
    }

    private func received(_ request: UnsafeMutablePointer<evhttp_request>?) {
        guard let request, let evcon = request.pointee.evcon else { return }
        let bufferevent = evhttp_connection_get_bufferevent(evcon)
        let descriptor = Int(bufferevent_getfd(bufferevent))
        if descriptor >= 0, descriptor < self.connections.count, let connection = self.connections[descriptor] {
            connection.received(request)
            return
        }
        self.adoptNewcomers()
        if descriptor >= 0, descriptor < self.connections.count, let connection = self.connections[descriptor] {
            connection.received(request)
        } else {
            evhttp_send_error(request, 503, nil)
        }
    }

    /// Called when evhttp closes a connection.
    func forget(_ connection: EvhttpConnection) {
        self.connections[connection.descriptor] = nil
        self.connectionCount -= 1
        if self.connectionCount == 0, self.isStopping { self.scheduleWork() }
    }

    /// Has a connection's socket read to its end when evhttp has closed it.
    func linger(on connection: EvhttpConnection) {
        guard let linger = EvhttpLinger(of: Int32(connection.descriptor), engine: self) else { return }
        self.lingering.append(linger)
    }

    func forget(_ linger: EvhttpLinger) {
        self.lingering.removeAll { $0 === linger }
    }

    /// All connections, as they are now.
    var allConnections: [EvhttpConnection] {
        self.adoptNewcomers()
        return self.connections.compactMap { $0 }
    }

    func closeAllConnections() {
        for connection in self.allConnections { connection.drop() }
    }

    /// Stops listening, closes idle connections, and makes the others close after their answer.
    ///
    /// `onEmpty` is called in a turn of its own when the last has gone.
    func shutdown(onEmpty: @escaping () -> Void) {
        self.onEmpty.append(onEmpty)
        self.stop()
        self.isStopping = true
        for connection in self.allConnections where connection.isIdle { connection.drop() }
        self.scheduleWork()
    }

    /// Drops everything, before the engine itself goes.
    func close() {
        self.stop()
        self.isClosed = true
        for connection in self.allConnections { connection.drop(now: true) }
        self.doomed = []
        self.lingering = []
        self.tls?.freeRetired()
        if let work = self.work { event_free(work) }
        if let sweep = self.sweep { event_free(sweep) }
        if let resume = self.resume { event_free(resume) }
        self.resume = nil
        self.work = nil
        self.sweep = nil
        // With an answer outstanding this would leave requests that abort the process later; there are none now.
        evhttp_free(self.http)
        self.tellEmpty()
    }

    // MARK: Work

    /// Drops a connection in a turn of its own, where evhttp is not in the middle of it.
    func dropSoon(_ connection: EvhttpConnection) {
        self.doomed.append(connection)
        self.scheduleWork()
    }

    /// The seam's reload_tls() for one server.
    func reload(
        _ settings: UnsafePointer<gt_tls_settings>?,
        _ error: UnsafeMutablePointer<CChar>?,
        _ capacity: Int
    ) -> Int32 {
        if let tls = self.tls { return tls.reload(settings, error, capacity) }
        EvhttpTLS.write("the server does not speak TLS", to: error, capacity)
        return -ENOTSUP
    }

    /// Frees a connection's session in a turn of its own.
    func retire(_ session: LibeventOpenSSL.Session) {
        self.tls?.retire(session)
        self.scheduleWork()
    }

    private func scheduleWork() {
        if let work = self.work { event_active(work, Int32(EV_TIMEOUT), 0) }
    }

    private func doWork() {
        self.adoptNewcomers()
        let doomed = self.doomed
        self.doomed.removeAll(keepingCapacity: true)
        for connection in doomed { connection.drop() }
        self.tls?.freeRetired()
        if self.isStopping, self.connectionCount == 0 { self.tellEmpty() }
    }

    private func tellEmpty() {
        let waiting = self.onEmpty
        self.onEmpty = []
        for onEmpty in waiting { onEmpty() }
    }
}
