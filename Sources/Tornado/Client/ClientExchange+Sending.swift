// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit
import TornadoCore

/// The request's way out.
extension ClientExchange {
    /// Bodies up to this size leave with the head, in one call.
    private static let smallBody = 16 * 1024
    /// Seconds that a server may take to ask for a body that is held back.
    private static let continueTime = 1.0

    func sendRequest() {
        let all = self.fetch.settings.all
        let hop = self.hop
        let target = self.usesProxy ? hop.url.absoluteTarget : hop.url.target
        let hasBody = !(self.hop.body ?? []).isEmpty || self.hop.producer != nil
        self.isHoldingBody = hasBody && all.expect100Continue == true
        self.bodyToSend = hasBody ? self.hop.body : nil
        let core = self.core
        core.wire.removeAll(keepingCapacity: true)
        self.hop.writeHead(
            into: &core.wire,
            self.fetch.settings,
            usesAbsoluteTarget: self.usesProxy,
            authorization: self.fetch.authorization(for: .server, hop.method, hop.url.target, self.knownBody),
            proxyAuthorization: self.usesProxy
                ? self.fetch.authorization(for: .proxy, hop.method, target, self.knownBody) : nil,
            expectsContinue: self.isHoldingBody
        )
        if !self.isHoldingBody, let body = self.bodyToSend, body.count <= Self.smallBody {
            core.wire += body
            self.bodyToSend = nil
        }
        self.sendFirst(core)
        guard !self.isOver else { return }
        if self.isHoldingBody {
            self.fetch.wakeWork(at: core.loop.time() + Self.continueTime)
        } else {
            self.startProducer()
        }
    }

    /// Sends from the shared buffer, and keeps what is left of it.
    private func sendFirst(_ core: ClientCore) {
        switch core.wire.withUnsafeBytes({ self.connection.transport.send($0) }) {
        case .bytes(let count):
            self.hasSentAnything = count > 0
            if count < core.wire.count { self.out = Array(core.wire[count...]) }
        case .again: self.out = core.wire
        case .end, .failed: return self.cannotSend()
        }
        if self.out.isEmpty, self.bodyToSend == nil || self.isHoldingBody {
            self.updateEvents()
        } else {
            self.flush()
        }
    }

    /// Sends as much as the kernel takes.
    func flush() {
        while !self.isOver {
            while self.outStart < self.out.count {
                let rest = self.out.withUnsafeBytes { bytes in
                    self.connection.transport.send(UnsafeRawBufferPointer(rebasing: bytes[self.outStart...]))
                }
                switch rest {
                case .bytes(let count):
                    self.hasSentAnything = true
                    self.outStart += count
                case .again: return self.updateEvents()
                case .end, .failed: return self.cannotSend()
                }
            }
            self.out = []
            self.outStart = 0
            guard !self.isHoldingBody, let body = self.bodyToSend else { break }
            self.bodyToSend = nil
            self.out = body
        }
        self.updateEvents()
        self.writer?.drained()
    }

    /// A server may answer, and close, before it has read all: what it said counts.
    private func cannotSend() {
        self.hasFailedToSend = true
        self.out = []
        self.outStart = 0
        self.bodyToSend = nil
        self.isHoldingBody = false
        self.updateEvents()
        self.writer?.end("the server takes no more")
    }

    /// The server wants the body, or has had the time to say so.
    func releaseBody() {
        self.isHoldingBody = false
        self.flush()
        if !self.isOver { self.startProducer() }
    }

    private func startProducer() {
        guard let producer = self.hop.producer, self.writer == nil, !self.hasFailedToSend else { return }
        let writer = HTTPBodyWriter(self, producer)
        self.writer = writer
        writer.start()
    }

    /// Sends a piece of what a producer made; returns whether there is room for more.
    func send(_ bytes: [UInt8]) -> Bool {
        guard !self.hasFailedToSend, !self.isOver else { return true }
        if self.out.isEmpty { self.out = bytes } else { self.out += bytes }
        self.flush()
        return self.out.isEmpty
    }

    func producerFailed(_ error: any Error) {
        self.fail(.callback, "what makes its body has failed: \(error)")
    }
}
