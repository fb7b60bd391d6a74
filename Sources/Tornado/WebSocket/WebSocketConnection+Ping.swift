// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import TornadoCore

/// Signs of life: a ping each interval, and the end of whoever does not answer.
extension WebSocketConnection {
    /// Begins to ping.
    ///
    /// - Parameters:
    ///   - interval: Seconds between two pings.
    ///   - timeout: Seconds within which something must come, the pong or anything else; no more than the interval.
    func startPinging(interval: Double, timeout: Double?) {
        guard interval > 0, interval.isFinite else { return }
        let timeout = timeout.map { $0 > 0 ? min($0, interval) : interval } ?? interval
        self.schedulePing(after: interval, interval, timeout)
    }

    private func schedulePing(after delay: Double, _ interval: Double, _ timeout: Double) {
        guard self.state == .open else { return }
        self.pingTimer = self.loop.callLater(delay) {
            self.pingTimer = nil
            guard self.state == .open else { return }
            self.hasHeard = false
            self.sendFrame(.ping, UnsafeBufferPointer(start: nil, count: 0))
            guard self.state == .open else { return }
            self.pingTimer = self.loop.callLater(timeout) { self.checkPong(interval, timeout) }
        }
    }

    private func checkPong(_ interval: Double, _ timeout: Double) {
        self.pingTimer = nil
        guard self.state == .open else { return }
        // Who is not read, since the handler is busy, can't be heard.
        if self.hasHeard || (!self.isReading && !self.isOutputFull) {
            return self.schedulePing(after: interval - timeout, interval, timeout)
        }
        self.close(WebSocketCloseReason(code: 1011, text: "ping timed out"))
    }
}
