// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Synchronization

/// The servers that speak TLS, and the next reading of their certificates.
final class SecureServers: Sendable {
    /// One of them.
    ///
    /// Sendable: the handles are numbers to other threads; they are used on the loop's own only.
    struct Server: @unchecked Sendable {
        /// Never given twice, unlike a handle.
        let number: Int
        let handle: OpaquePointer
        let loop: OpaquePointer
    }

    /// The tables in use: constant, and as long-lived as the process.
    private struct Tables: @unchecked Sendable {
        let ioloop: UnsafePointer<gt_ioloop>?
        let httpserver: UnsafePointer<gt_httpserver>?
    }

    private struct State {
        var servers: [Server] = []
        var count = 0
    }

    private let tables: Tables
    private let own: TLSSettings?
    private let events: RunEvents
    private let state = Mutex(State())

    /// No servers yet; those to come have `own`, or else settings of the app's.
    init(_ registry: ProviderRegistry, own: TLSSettings?, events: RunEvents) {
        self.tables = Tables(ioloop: registry.ioloop, httpserver: registry.httpserver)
        self.own = own
        self.events = events
    }

    func add(_ handle: OpaquePointer, on loop: OpaquePointer) {
        self.state.withLock { state in
            state.count += 1
            state.servers.append(Server(number: state.count, handle: handle, loop: loop))
        }
    }

    func remove(_ handle: OpaquePointer) {
        self.state.withLock { $0.servers.removeAll { $0.handle == handle } }
    }

    private func server(_ number: Int) -> Server? {
        self.state.withLock { $0.servers.first { $0.number == number } }
    }

    /// Has every server read its files again, each on its own loop, and tells how that went when all have.
    func reload() {
        // The same files for all: what is wrong with them is said once, and no server is left with others than the rest.
        if let own = self.own, let why = TLSCheck.problem(own) { return self.events.reloadFailed(why) }
        let servers = self.state.withLock { $0.servers }
        guard !servers.isEmpty else { return self.events.reloaded(0) }
        let round = Round(count: servers.count, events: self.events)
        for server in servers {
            // Balanced by the callback.
            let job = Unmanaged.passRetained(Job(self, server.number, round))
            let code = self.tables.ioloop?.pointee.add_callback?(
                server.loop,
                { Unmanaged<Job>.fromOpaque($0.unsafelyUnwrapped).takeRetainedValue().run() },
                job.toOpaque()
            )
            if code != 0 { job.takeRetainedValue().fail("its loop has ended") }
        }
    }

    /// Called on the server's own loop; nil where it went well, or the server has gone.
    private func reload(_ number: Int) -> String? {
        guard let server = self.server(number), let table = self.tables.httpserver,
            table.pointee.capabilities & UInt32(GT_CAN_TLS) != 0, let reload = table.pointee.reload_tls
        else { return nil }
        var text = [CChar](repeating: 0, count: 512)
        let code = text.withUnsafeMutableBufferPointer {
            reload(server.loop, server.handle, nil, $0.baseAddress, $0.count)
        }
        guard code < 0 else { return nil }
        let why = TLSCheck.string(text)
        return why.isEmpty ? SystemError.text(-code) : why
    }

    /// One server's part in a round.
    private final class Job {
        private let servers: SecureServers
        private let number: Int
        private let round: Round

        init(_ servers: SecureServers, _ number: Int, _ round: Round) {
            self.servers = servers
            self.number = number
            self.round = round
        }

        func run() {
            self.round.end(self.servers.reload(self.number))
        }

        func fail(_ why: String) {
            self.round.end(why)
        }
    }

    /// What one signal asked for.
    private final class Round: Sendable {
        private struct State {
            var left: Int
            var failures: [String] = []
        }

        private let count: Int
        private let events: RunEvents
        private let state: Mutex<State>

        init(count: Int, events: RunEvents) {
            self.count = count
            self.events = events
            self.state = Mutex(State(left: count))
        }

        /// One server has read its files, or could not.
        func end(_ failure: String?) {
            let (isLast, failures) = self.state.withLock { state in
                state.left -= 1
                if let failure, !state.failures.contains(failure) { state.failures.append(failure) }
                return (state.left == 0, state.failures)
            }
            guard isLast else { return }
            for failure in failures { self.events.reloadFailed(failure) }
            if failures.isEmpty { self.events.reloaded(self.count) }
        }
    }
}
