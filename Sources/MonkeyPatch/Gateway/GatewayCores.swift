// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

/// How many calls of a gateway application may be under way at once, and what becomes of the rest.
///
/// Used on the loop's thread only.
final class GatewayCores {
    /// The server that is paused while requests wait; set before it listens.
    var server: OpaquePointer?
    private let limit: Int
    private let whenFull: UInt32
    private let queueLimit: Int
    private let http: UnsafePointer<gt_httpserver>
    private var running = 0
    private var waiting = WaitingLine<GatewayCall>()
    private var isPaused = false

    init(_ host: HostDescription, _ http: UnsafePointer<gt_httpserver>) {
        self.limit = host.cores == 0 ? .max : Int(host.cores)
        self.whenFull = host.whenFull
        self.queueLimit = Int(host.queueLimit)
        self.http = http
    }

    /// Runs the call, now or when there is a core for it, or refuses it.
    func begin(_ call: GatewayCall) {
        if self.running < self.limit, self.waiting.isEmpty { return self.spawn(call) }
        let isQueue = self.whenFull == UInt32(GT_FULL_QUEUE)
        guard self.whenFull == UInt32(GT_FULL_WAIT) || (isQueue && self.waiting.count < self.queueLimit) else {
            return call.refuse(503, "Service Unavailable\n", retryAfter: "1")
        }
        call.place = self.waiting.add(call)
        self.updatePause()
    }

    /// A call is over: the next one gets its core.
    func end() {
        self.running -= 1
        while self.running < self.limit, let next = self.waiting.popFirst() {
            next.place = nil
            self.spawn(next)
        }
        self.updatePause()
    }

    /// A call does not wait any more: its client has gone.
    func leave(_ place: WaitingLine<GatewayCall>.Place) {
        self.waiting.remove(place)
        self.updatePause()
    }

    /// A server of a provider that cannot pause accepts connections all the same.
    private func updatePause() {
        let isPaused = self.whenFull == UInt32(GT_FULL_WAIT) && !self.waiting.isEmpty
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        let offset = MemoryLayout<gt_httpserver>.offset(of: \.pause) ?? Int.max
        guard Int(self.http.pointee.size) > offset else { return }
        self.http.pointee.pause?(self.server, isPaused ? 1 : 0)
    }

    private func spawn(_ call: GatewayCall) {
        guard let suspend = call.gateway.providers.suspend else { return }
        self.running += 1
        if call.spawn(suspend) { return }
        self.running -= 1
        call.refuse(503, "Service Unavailable\n", retryAfter: "1")
    }
}
