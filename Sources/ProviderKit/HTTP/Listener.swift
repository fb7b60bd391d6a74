// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// A listening socket of one engine.
public final class Listener {
    /// The descriptor, owned by this object.
    public let descriptor: Int32
    /// Room for the driver's own state.
    public var driverState: UnsafeMutableRawPointer?
    private unowned let engine: HTTPServerEngine
    private let pathToRemove: String?
    private var isWatched = false

    /// Connections taken at a time, so that those that are open get their turn.
    private static let batch = 64
    /// Seconds without accepting after the process or the machine ran out of descriptors or memory.
    private static let pause = 0.1

    init(_ socket: ListenSocket, engine: HTTPServerEngine) {
        self.descriptor = socket.descriptor
        self.pathToRemove = socket.pathToRemove
        self.engine = engine
    }

    /// What a driver hands to its C callback; the engine keeps the object alive while it is watched.
    public var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// The listener behind a ``handle``.
    public static func from(_ handle: UnsafeMutableRawPointer?) -> Listener {
        // The handle is only given to a driver, which never calls back with null.
        Unmanaged<Listener>.fromOpaque(handle.unsafelyUnwrapped).takeUnretainedValue()
    }

    /// Begins to accept, unless the engine is paused.
    func start() -> Int32 {
        guard !self.isWatched, !self.engine.isPaused else { return 0 }
        let code = self.engine.driver.watch(self)
        self.isWatched = code == 0
        return code
    }

    /// Accepts no more for now; the kernel queues connections.
    func pause() {
        guard self.isWatched else { return }
        self.engine.driver.unwatch(self)
        self.isWatched = false
    }

    /// Accepts again, as soon as the system lets it.
    func resume() {
        if self.start() < 0 { self.resumeLater() }
    }

    /// Stops watching, takes what is already in the backlog, and closes.
    func close(draining: Bool) {
        self.pause()
        if draining { while self.acceptOne() == 0 {} }
        if let path = self.pathToRemove { unlink(path) }
        Glibc.close(self.descriptor)
    }

    /// Called by the driver: connections wait.
    public func acceptReady() {
        for _ in 0..<Listener.batch {
            switch self.acceptOne() {
            case 0, EINTR, ECONNABORTED, EPROTO: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                self.pauseBriefly()
                return
            default:
                return
            }
        }
    }

    private func acceptOne() -> Int32 {
        var peer = PeerAddress.Storage()
        var length = socklen_t(MemoryLayout<PeerAddress.Storage>.size)
        let descriptor = withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { gt_accept(self.descriptor, $0, &length) }
        }
        if descriptor < 0 { return errno }
        self.engine.accepted(descriptor, PeerAddress(peer))
        return 0
    }

    /// A level-triggered listener that cannot accept would spin: leave it alone for a moment.
    private func pauseBriefly() {
        guard self.isWatched else { return }
        self.pause()
        self.resumeLater()
    }

    private func resumeLater() {
        self.engine.callLater(Listener.pause) { [weak self] in
            guard let self, self.engine.owns(self) else { return }
            self.resume()
        }
    }
}
