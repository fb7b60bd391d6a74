// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Connects to the first of several addresses that answers: "happy eyeballs" (RFC 8305).
///
/// The families take turns, that of the first address first. The next address is tried when one has failed, or has not
/// answered after a head start; whoever answers first wins, and the others are closed. The loop holds it until it is over.
package final class Connector {
    /// Seconds that an address has before the next one is tried too; less where there is little time for all of them.
    package static let headStart = 0.3
    /// No address has less (RFC 8305, section 8).
    private static let leastHeadStart = 0.01

    private let loop: IOLoop
    private let headStart: Double
    private let source: (SocketAddress) -> SocketAddress?
    private var rest: ArraySlice<SocketAddress>
    private var running: [ConnectAttempt] = []
    private var failures: [TCPClientError.Attempt] = []
    private var timer: Timeout?
    private var done: ((Result<(descriptor: Int32, address: SocketAddress), TCPClientError>) -> Void)?

    /// A connection to be.
    ///
    /// - Parameters:
    ///   - addresses: One or more, the best first.
    ///   - loop: The caller's.
    ///   - seconds: How much time the caller has for all of it: by the middle of that, every address has been tried.
    ///   - source: The address to connect from, if that matters, for one to connect to.
    ///   - done: Called once, with a descriptor that is the callee's from then on.
    package init(
        _ addresses: [SocketAddress],
        _ loop: IOLoop,
        within seconds: Double = .infinity,
        from source: @escaping (SocketAddress) -> SocketAddress? = { _ in nil },
        _ done: @escaping (Result<(descriptor: Int32, address: SocketAddress), TCPClientError>) -> Void
    ) {
        self.loop = loop
        self.headStart = max(Self.leastHeadStart, min(Self.headStart, seconds / Double(2 * max(1, addresses.count))))
        self.source = source
        self.rest = Self.inTurn(addresses)[...]
        self.done = done
    }

    /// What was tried, and what is still being tried.
    package var attempts: [TCPClientError.Attempt] {
        self.failures + self.running.map { TCPClientError.Attempt(address: $0.address, errno: 0) }
    }

    /// Begins; `done` may be called inside this call.
    package func begin() {
        self.tryNext()
    }

    /// Closes what is under way; `done` is not called.
    package func cancel() {
        self.done = nil
        self.closeAll()
    }

    /// The addresses with their families in turn, that of the first one first.
    static func inTurn(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        let primary = addresses.filter { $0.family == first.family }
        let secondary = addresses.filter { $0.family != first.family }
        var turns: [SocketAddress] = []
        for index in 0..<max(primary.count, secondary.count) {
            if index < primary.count { turns.append(primary[index]) }
            if index < secondary.count { turns.append(secondary[index]) }
        }
        return turns
    }

    private func tryNext() {
        self.removeTimer()
        guard self.done != nil else { return }
        guard let address = self.rest.popFirst() else { return self.failIfOver() }
        if !self.rest.isEmpty { self.timer = self.loop.callLater(self.headStart) { self.tryNext() } }
        let attempt = ConnectAttempt(address, self.loop) { self.ended($0, $1) }
        self.running.append(attempt)
        attempt.begin(from: self.source(address))
    }

    private func ended(_ attempt: ConnectAttempt, _ result: Result<Int32, ConnectFailure>) {
        self.running.removeAll { $0 === attempt }
        switch result {
        case .success(let descriptor):
            let done = self.done
            self.done = nil
            self.closeAll()
            done?(.success((descriptor, attempt.address)))
        case .failure(let failure):
            self.failures.append(TCPClientError.Attempt(address: attempt.address, errno: failure.errno))
            self.tryNext()
        }
    }

    private func failIfOver() {
        guard self.running.isEmpty, let done = self.done else { return }
        self.done = nil
        done(.failure(TCPClientError(.connect, "No address can be connected to", attempts: self.failures)))
    }

    private func closeAll() {
        self.removeTimer()
        let running = self.running
        self.running = []
        for attempt in running { attempt.cancel() }
    }

    private func removeTimer() {
        guard let timer = self.timer else { return }
        self.timer = nil
        self.loop.removeTimeout(timer)
    }
}
