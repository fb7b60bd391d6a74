// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import ProviderKit

/// One request on its way through a gateway application.
///
/// The server holds it until the exchange is finished, and the greenlet until the application has returned. All of it is
/// used on the loop's thread.
final class GatewayCall {
    let gateway: GatewayServer
    /// Null once the server has finished the exchange.
    private(set) var exchange: OpaquePointer?
    private let environ: GatewayEnviron
    private let summary: String
    private let answer: GatewayAnswer
    private var unread = UnreadBody()
    private var isBodyWhole = false
    /// Held while the call waits for a core.
    var place: WaitingLine<GatewayCall>.Place?
    /// The greenlet, while it waits.
    private var waiter: OpaquePointer?

    /// Whether the answer was ended, or refused, by this side.
    private(set) var isEnded = false

    init(_ gateway: GatewayServer, _ exchange: OpaquePointer, _ request: gt_request) {
        self.gateway = gateway
        self.exchange = exchange
        self.environ = GatewayEnviron(request, gateway.connection(of: exchange, request))
        self.summary = self.environ.summary
        self.answer = GatewayAnswer()
    }

    private var http: UnsafePointer<gt_httpserver> { self.gateway.providers.http }

    // MARK: What the server tells

    /// The head is there.
    func begin() {
        if self.gateway.providers.suspend != nil {
            self.gateway.cores.begin(self)
        } else {
            _ = self.http.pointee.want_body(self.exchange, 1)
        }
    }

    func bodyArrived(_ piece: gt_bytes) {
        self.unread.append(UnsafeBufferPointer(start: piece.data, count: piece.size))
        // Without greenlets all of it is collected, up to the server's limit.
        if self.gateway.providers.suspend != nil, self.unread.count >= 256 * 1024 {
            _ = self.http.pointee.want_body(self.exchange, 0)
        }
        self.wake()
    }

    func bodyEnded() {
        self.isBodyWhole = true
        if self.gateway.providers.suspend == nil { self.run() } else { self.wake() }
    }

    func drained() {
        self.answer.isFull = false
        self.wake()
    }

    /// The client has sent its end of file: a call that still waits for a core is dropped, one that runs goes on.
    func peerClosed() {
        guard self.leaveQueue(), let exchange else { return }
        self.isEnded = true
        self.http.pointee.abort(exchange)
    }

    /// Gives up the place among those that wait for a core; false if there is none.
    private func leaveQueue() -> Bool {
        guard let place else { return false }
        self.place = nil
        self.gateway.cores.leave(place)
        return true
    }

    func finished() {
        self.exchange = nil
        _ = self.leaveQueue()
        self.wake()
    }

    // MARK: Running

    /// Runs the application in a greenlet, from the loop's next turn on; false, with errno set, if there can be none.
    func spawn(_ suspend: UnsafePointer<gt_suspend>) -> Bool {
        let context = Unmanaged.passRetained(self)
        let entry: gt_callback = { context in
            guard let context else { return }
            let call = Unmanaged<GatewayCall>.fromOpaque(context).takeRetainedValue()
            // Its client may have gone before its turn came.
            if call.exchange != nil { call.run() }
            call.gateway.cores.end()
        }
        if suspend.pointee.spawn(entry, context.toOpaque(), self.summary, 0) != nil { return true }
        context.release()
        return false
    }

    private func run() {
        let status = self.environ.withC(self) { self.gateway.application($0) }
        if status != 0 {
            self.fail("the application returned \(status)")
        } else if !self.answer.isStarted {
            self.fail("the application returned without calling start_response()")
        } else {
            self.end()
        }
    }

    private func end() {
        guard let exchange, !self.isEnded else { return }
        self.isEnded = true
        let missing = self.answer.missing
        _ = self.answer.send(gt_bytes(data: nil, size: 0), end: true, exchange, self.http)
        guard missing > 0, !self.environ.isHead else { return }
        let why = "the body is \(missing) bytes shorter than its Content-Length"
        self.gateway.events.applicationFailed(self.summary, why)
    }

    private func fail(_ why: String) {
        guard let exchange, !self.isEnded else { return }
        self.gateway.events.applicationFailed(self.summary, why)
        if self.answer.isBegun {
            self.isEnded = true
            self.http.pointee.abort(exchange)
        } else {
            self.refuse(500, "Internal Server Error\n")
        }
    }

    /// Answers in the application's place.
    func refuse(_ status: Int32, _ text: StaticString, retryAfter: StaticString? = nil) {
        guard let exchange, !self.isEnded else { return }
        self.isEnded = true
        _ = GatewayAnswer.refuse(status, text, retryAfter, exchange, self.http)
    }

    // MARK: What the application calls

    /// Copies what there is of the body, at most `capacity` bytes, waiting for the first.
    func read(into buffer: UnsafeMutableRawPointer, _ capacity: Int) -> Int64 {
        while self.unread.isEmpty {
            guard let exchange, !self.isEnded else { return Int64(-EPIPE) }
            if self.isBodyWhole { return 0 }
            _ = self.http.pointee.want_body(exchange, 1)
            let result = self.wait("read_body")
            if result < 0 { return Int64(result) }
        }
        return Int64(self.unread.take(into: buffer, capacity))
    }

    func start(_ status: UnsafePointer<CChar>?, _ fields: UnsafeBufferPointer<gt_header>) -> Int32 {
        guard self.exchange != nil, !self.isEnded else { return -EPIPE }
        return self.answer.start(status.map { String(cString: $0) } ?? "", fields)
    }

    func write(_ piece: gt_bytes) -> Int32 {
        guard let exchange, !self.isEnded else { return -EPIPE }
        let result = self.answer.send(piece, end: false, exchange, self.http)
        guard result >= 0 else { return result }
        while self.answer.isFull, self.exchange != nil, self.gateway.providers.suspend?.pointee.current() != nil {
            let result = self.wait("write")
            if result < 0 { return result }
        }
        return self.exchange == nil ? -EPIPE : 0
    }

    private func wait(_ why: StaticString) -> Int32 {
        guard let suspend = self.gateway.providers.suspend, let greenlet = suspend.pointee.current() else {
            return -EINVAL
        }
        self.waiter = greenlet
        defer { self.waiter = nil }
        return suspend.pointee.park(.infinity, UnsafeRawPointer(why.utf8Start).assumingMemoryBound(to: CChar.self))
    }

    private func wake() {
        guard let waiter else { return }
        self.waiter = nil
        self.gateway.providers.suspend?.pointee.unpark(waiter)
    }
}

extension GatewayServer {
    /// What the variables say of a request's connection.
    fileprivate func connection(of exchange: OpaquePointer, _ request: gt_request) -> CGIVariables.Connection {
        var connection = CGIVariables.Connection()
        connection.scheme = request.flags & UInt32(GT_REQUEST_TLS) != 0 ? "https" : "http"
        let place = CGIPlace(of: exchange, self.providers.http, or: self.place)
        connection.serverName = place.host
        connection.serverPort = place.port
        var port: UInt16 = 0
        connection.remoteAddress = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let size = min(self.providers.http.pointee.peer(exchange, text.baseAddress, 64, &port), 63)
            return String(decoding: UnsafeRawBufferPointer(text).prefix(size), as: UTF8.self)
        }
        connection.remotePort = port
        return connection
    }
}
