// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc
import Logging

/// Accepts the connections of a listening socket on the calling thread's loop.
///
/// ```swift
/// let accepting = try addAcceptHandler(socket) { connection, address in
///     handle(connection, address)
/// }
/// accepting.cancel()
/// ```
///
/// A bounded number is accepted a turn, so that others get theirs. A client that has gone already is skipped; where the process
/// or the machine has run out of descriptors or memory, that is logged once, and accepting is tried again ten times a second.
///
/// - Parameters:
///   - socket: Listens, and does not block; it stays the caller's.
///   - callback: Told a connection, non-blocking and closed on exec and the callee's to close, and the client's address. An error
///     is logged.
/// - Returns: What stops accepting.
/// - Throws: ``IOLoopError``.
public func addAcceptHandler(
    _ socket: Int32,
    _ callback: @escaping (Int32, SocketAddress) throws -> Void
) throws -> Pending {
    let handler = AcceptHandler(socket, IOLoop.current, callback)
    try handler.start()
    return Pending { handler.stop() }
}

private final class AcceptHandler {
    /// Connections taken at a time.
    private static let batch = 64
    /// Seconds without accepting where the system gives no more.
    private static let pause = 0.1

    private let socket: Int32
    private let loop: IOLoop
    private var callback: ((Int32, SocketAddress) throws -> Void)?
    private var isWatched = false
    private var timer: Timeout?
    /// Whether it was said that the system gives no more; forgotten when it gives one.
    private var hasWarned = false

    init(_ socket: Int32, _ loop: IOLoop, _ callback: @escaping (Int32, SocketAddress) throws -> Void) {
        self.socket = socket
        self.loop = loop
        self.callback = callback
    }

    func start() throws {
        try self.loop.addReadinessHandler(self.socket, .read) { _, _ in self.acceptReady() }
        self.isWatched = true
    }

    func stop() {
        self.callback = nil
        self.unwatch()
        if let timer = self.timer { self.loop.removeTimeout(timer) }
        self.timer = nil
    }

    private func unwatch() {
        guard self.isWatched else { return }
        self.isWatched = false
        try? self.loop.removeHandler(self.socket)
    }

    private func acceptReady() {
        for _ in 0..<Self.batch {
            // The callback may have stopped it.
            guard let callback = self.callback else { return }
            switch self.acceptOne(callback) {
            case 0, EINTR, ECONNABORTED, EPROTO, EPERM: continue
            case EAGAIN: return
            case let code: return self.rest(code)
            }
        }
    }

    private func acceptOne(_ callback: (Int32, SocketAddress) throws -> Void) -> Int32 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let (descriptor, address) = withUnsafeMutableBytes(of: &storage) { bytes -> (Int32, SocketAddress?) in
            guard let place = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return (-1, nil) }
            let descriptor = gt_accept(self.socket, place, &length)
            return (descriptor, descriptor < 0 ? nil : SocketAddress(place, length: Int(length)))
        }
        guard descriptor >= 0 else { return errno }
        self.hasWarned = false
        guard let address = address ?? SocketAddress(peerOf: descriptor) else {
            close(descriptor)
            return 0
        }
        do { try callback(descriptor, address) } catch { CallbackFailure.log(error, in: "accept callback") }
        return 0
    }

    /// A level-triggered socket that cannot accept would keep the loop busy: it is left alone for a moment.
    private func rest(_ code: Int32) {
        self.warn(code)
        self.unwatch()
        self.timer = self.loop.callLater(Self.pause) {
            self.timer = nil
            guard self.callback != nil else { return }
            do { try self.start() } catch { self.rest(EBADF) }
        }
    }

    private func warn(_ code: Int32) {
        if self.hasWarned { return }
        self.hasWarned = true
        let remedy = code == EMFILE || code == ENFILE ? "; raise the limit of open files (ulimit -n)" : ""
        Log.general.warning("Cannot accept connections: \(String(cString: strerror(code)))\(remedy)")
    }
}
