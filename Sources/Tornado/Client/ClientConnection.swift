// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Glibc
import ProviderKit
import TornadoCore

/// Whoever has a connection for the time being.
protocol ClientConnectionUser: AnyObject {
    /// The connection is ready for something, or has failed.
    func ready(_ events: IOLoop.Events)
}

/// A connection to a server.
///
/// Its handler stays in the loop from the beginning to the end, so that nothing needs to be said to the kernel between two
/// requests. The handler holds it until ``close()``.
final class ClientConnection {
    private let core: ClientCore
    let origin: ClientOrigin
    private(set) var transport: Transport
    /// Nil while it is free.
    var user: (any ClientConnectionUser)?
    /// Requests that were answered on it.
    var served = 0
    /// Since when it is free, on the loop's clock.
    private(set) var idleSince = 0.0
    private(set) var isOpen = true
    private var events: IOLoop.Events
    /// Its handler was taken from the loop.
    private var isMuted = false
    private var isAgreed = false

    /// Takes a connected descriptor over, and waits for what comes.
    ///
    /// - Throws: ``IOLoopError`` if the loop does not take it; it is closed then.
    init(_ core: ClientCore, _ origin: ClientOrigin, _ descriptor: Int32) throws {
        self.core = core
        self.origin = origin
        self.transport = Transport(descriptor: descriptor)
        self.events = .read
        do {
            try core.loop.addReadinessHandler(descriptor, .read) { _, events in self.ready(events) }
        } catch {
            self.isOpen = false
            self.transport.close()
            throw error
        }
        core.connections += 1
    }

    private func ready(_ events: IOLoop.Events) {
        if let user = self.user { user.ready(events) } else { self.stirredWhileFree() }
    }

    /// Says what to wait for.
    func wait(for events: IOLoop.Events) {
        guard self.isOpen, events != self.events else { return }
        self.events = events
        // Only a closed descriptor or loop makes these fail.
        if self.isMuted {
            self.isMuted = false
            try? self.core.loop.addReadinessHandler(self.transport.descriptor, events) { _, events in self.ready(events)
            }
        } else {
            try? self.core.loop.updateHandler(self.transport.descriptor, events)
        }
    }

    /// Hears of nothing until somebody waits again: the kernel cannot be told not to speak of the other end's going away.
    func mute() {
        guard self.isOpen, !self.isMuted else { return }
        self.isMuted = true
        self.events = .none
        try? self.core.loop.removeHandler(self.transport.descriptor)
    }

    func wait(until readiness: Transport.Readiness) {
        self.wait(for: readiness == .read ? IOLoop.Events.read : .write)
    }

    // MARK: TLS

    /// Begins TLS with the host; false if there is no session to be had.
    func startTLS(host: String) -> Bool {
        guard let context = self.origin.context,
            let session = context.session(descriptor: self.transport.descriptor, host: host)
        else { return false }
        if let ticket = self.origin.ticket { gt_tls_use_ticket(session, ticket.handle) }
        self.transport = Transport(descriptor: self.transport.descriptor, tls: session)
        return true
    }

    func handshake() -> Transport.Outcome {
        let outcome = self.transport.handshake()
        if outcome == .bytes(0) { self.isAgreed = true }
        return outcome
    }

    /// Whether TLS failed because of the server's certificate.
    var hasCertificateError: Bool { self.transport.tls.map { gt_tls_is_certificate_error($0) != 0 } ?? false }

    /// Servers send tickets after the handshake, so that they are there by now.
    private func keepTicket() {
        guard self.isAgreed, self.origin.keepsTickets, let session = self.transport.tls else { return }
        if let ticket = TLSTicket(of: session) { self.origin.ticket = ticket }
    }

    // MARK: Between requests

    /// Keeps it for another request.
    func becomeFree(at time: Double) {
        if self.served == 1 { self.keepTicket() }
        self.user = nil
        self.idleSince = time
        self.wait(for: .read)
        self.core.keep(self)
    }

    /// Whether nothing has come from the server since the last answer, its end included.
    func isStillQuiet() -> Bool {
        // Not into the shared room: whoever takes something from there may be the one who asks.
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { room in
            if case .again = self.transport.receive(into: room) { true } else { false }
        }
    }

    /// A server that says anything now has closed, or is not to be trusted; but TLS may have words of its own.
    private func stirredWhileFree() {
        if self.transport.tls != nil, self.isStillQuiet() { return }
        self.close()
    }

    /// Closes it, and takes it from where it was kept.
    func close() {
        guard self.isOpen else { return }
        self.isOpen = false
        let wasFree = self.user == nil
        self.user = nil
        self.core.pool.forget(self)
        if !wasFree, self.served > 0 { self.keepTicket() }
        if wasFree, self.isAgreed { _ = self.transport.shutdown() }
        self.core.connections -= 1
        // Fails only where the loop is closed.
        try? self.core.loop.removeHandler(self.transport.descriptor)
        self.transport.close()
    }
}
