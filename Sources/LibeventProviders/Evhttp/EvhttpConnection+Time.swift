// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// What the sweep asks of a connection, and what libevent tells of its input.
extension EvhttpConnection {
    var isIdle: Bool { self.request == nil && self.firstByteAt == nil && self.unreadInput == 0 }

    private var unreadInput: Int { evbuffer_get_length(bufferevent_get_input(self.bufferevent)) }

    /// libevent calls for every change of the input; the first bytes are all that is needed to know.
    func watchForBytes(_ watch: Bool) {
        guard let entry = self.firstByte else { return }
        let input = bufferevent_get_input(self.bufferevent)
        if watch {
            evbuffer_cb_set_flags(input, entry, UInt32(EVBUFFER_CB_ENABLED))
        } else {
            evbuffer_cb_clear_flags(input, entry, UInt32(EVBUFFER_CB_ENABLED))
        }
    }

    /// Bytes that came behind the request before are the next one's first: those that arrive later may be of its body.
    func noteBytesAhead() {
        guard self.unreadInput > 0 else { return }
        self.firstByteAt = self.waitingSince
        self.lastByteAt = self.waitingSince
    }

    func bytesArrived() {
        self.watchForBytes(false)
        self.lastByteAt = self.engine.now
        guard self.firstByteAt == nil else { return }
        self.firstByteAt = self.lastByteAt
        var first: UInt8 = 0
        let isText =
            evbuffer_copyout(bufferevent_get_input(self.bufferevent), &first, 1) == 1
            && (first >= 0x20 || first == 0x0D || first == 0x0A || first == 0x09) && first < 0x7F
        if !isText { self.refuseBytes() }
    }

    /// TLS on a plain port, most likely: evhttp would wait for the end of a line that never comes.
    private func refuseBytes() {
        self.abort()
        self.depth += 1
        let why: StaticString = "the bytes received are not HTTP; TLS on a plain port, perhaps"
        let text = UnsafeRawPointer(why.utf8Start).assumingMemoryBound(to: CChar.self)
        let engine = self.engine
        engine.delegate.refused?(engine.serverContext, OpaquePointer(self.handle), 400, text, gt_bytes())
        self.depth -= 1
    }

    func isOverdue(_ now: Double) -> Bool {
        let settings = self.engine.settings
        if self.isInHandshake { return self.isLate }
        if self.request != nil { return self.isStalled(now) }
        if self.firstByteAt == nil { self.noteBytesAhead() }
        guard let firstByteAt = self.firstByteAt else {
            return settings.idleTimeout > 0 && now - self.waitingSince >= settings.idleTimeout
        }
        self.watchForBytes(true)
        return now - self.lastByteAt >= self.engine.receiveTimeout
            || now - firstByteAt >= self.engine.receiveDeadline
    }

    /// Whether the client has not taken anything of the answer for too long.
    private func isStalled(_ now: Double) -> Bool {
        let unsent = self.unsent
        if unsent == 0 || unsent != self.stalledOutput {
            self.stalledOutput = unsent
            self.stalledSince = now
            return false
        }
        let timeout = self.engine.settings.writeTimeout
        return timeout > 0 && now - self.stalledSince >= timeout
    }
}
