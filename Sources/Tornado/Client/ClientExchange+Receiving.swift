// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import ProviderKit
import TornadoCore

/// The answer's way in.
extension ClientExchange {
    /// Bytes of a body that nobody wants; a longer one ends with its connection.
    private static let mostDiscarded: Int64 = 64 * 1024
    /// Room for a body that is made beforehand: what a server announces is not to be believed.
    private static let mostReserved: Int64 = 1024 * 1024

    func receive() {
        let core = self.core
        // Others get their turn, however fast the server is.
        for _ in 0..<8 {
            switch core.input.receive(from: self.connection.transport) {
            case .bytes(let count):
                self.take(core.input.bytes(count))
                guard !self.isOver, !self.isPaused else { return }
                // A call that did not fill the room has emptied the socket, but not what TLS holds.
                if count < core.input.capacity, self.connection.transport.tls == nil { return }
            case .again: return
            case .end: return self.inputEnded()
            case .failed(let number): return self.broke(number)
            }
        }
        // What TLS has taken from the socket, the loop does not know of.
        if self.connection.transport.hasPending { core.loop.spawnCallback { self.receiveAgain() } }
    }

    private func receiveAgain() {
        if !self.isOver, !self.isPaused { self.receive() }
    }

    private func inputEnded() {
        guard self.hasAnswer else { return self.broke(0) }
        switch self.reader.inputEnded() {
        case .refused: self.broke(0)
        default: self.finish(isClean: false)
        }
    }

    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        if !self.hasAnswer {
            self.hasAnswer = true
            self.fetch.times.starttransfer = self.fetch.elapsed
        }
        guard self.untaken.isEmpty else {
            self.untaken += bytes
            return self.takeUntaken()
        }
        let taken = self.parse(bytes)
        if !self.isOver, taken < bytes.count { self.untaken = Array(bytes[taken...]) }
    }

    private func takeUntaken() {
        let all = self.untaken
        self.untaken = []
        let taken = all.withUnsafeBufferPointer { self.parse($0) }
        guard !self.isOver, taken < all.count else { return }
        self.untaken = taken == 0 ? all : Array(all[taken...])
    }

    /// Goes through what is there, and returns how much of it was taken.
    private func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        let table = self.core.table
        var place = 0
        while !self.isOver, !self.isPaused {
            switch self.reader.next(start + place, count: bytes.count - place, table: table) {
            case .head(let head, let taken):
                place += taken
                self.began(head, table)
            case .piece(let view, let taken):
                place += taken
                self.decode(view.buffer)
            case .end(let taken):
                place += taken
                self.finish(isClean: place == bytes.count)
            case .incomplete(let taken):
                if self.isHoldingBody, self.reader.hasContinued { self.releaseBody() }
                return place + taken
            case .refused(let refusal):
                let isLimit = refusal.status == 413 || refusal.status == 431
                self.fail(isLimit ? .tooLarge : .malformed, "the answer is no good: \(refusal.why)")
            }
        }
        return place
    }

    // MARK: The head

    private func began(_ head: ResponseHead, _ table: HeaderTable) {
        self.isHoldingBody = false
        self.answer.status = head.status
        self.answer.fields = ResponseFields(head, table)
        self.answer.keepsAlive = head.keepsAlive
        if ClientHop.isRedirect(head.status) { self.answer.location = table.value(of: "location")?.latin1 }
        self.answer.challenge = self.challenge(head.status)
        self.answer.isPassedOver =
            self.answer.challenge == .answered
            || self.fetch.follows(head.status, hasLocation: self.answer.location != nil)
        let hasBody = head.contentLength != 0
        if hasBody, self.fetch.settings.decompress, let encoding = Self.onlyEncoding(table) {
            self.decoder = AnswerDecoder(encoding.latin1)
            self.answer.fields.isDecompressed = self.decoder != nil
        }
        guard !self.answer.isPassedOver else { return }
        switch self.fetch.sink {
        case .response:
            if head.contentLength > 0 { self.body.reserveCapacity(Int(min(head.contentLength, Self.mostReserved))) }
        case .callback: break
        case .stream(let source):
            source.exchange = self
            source.began(self.fetch.response(head.status, self.answer.fields, [], nil))
        }
        if let callback = self.fetch.request.headerCallback { self.tell(callback, head) }
    }

    /// Whether the server, or the proxy, asks who one is; a proxy's question that came through its tunnel is the server's own.
    private func challenge(_ status: Int) -> ClientFetch.Challenge? {
        self.fetch.heard(self.answer.fields)
        // A proxy that passes the request on is content; should it ask again, that is another question.
        if status != 407 { self.fetch.digestTries[.proxy] = nil }
        switch status {
        case 401: return self.fetch.challenged(by: .server, self.answer.fields, knowsBody: self.knownBody != nil)
        case 407 where self.usesProxy:
            return self.fetch.challenged(by: .proxy, self.answer.fields, knowsBody: self.knownBody != nil)
        default: return nil
        }
    }

    /// What the body is encoded by, if that is one thing.
    private static func onlyEncoding(_ table: HeaderTable) -> gt_bytes? {
        let fields = UnsafeBufferPointer(start: table.entries, count: table.count)
        let isOne = fields.count { $0.name.equalsLowercased("content-encoding") } == 1
        return isOne ? table.value(of: "content-encoding") : nil
    }

    private func tell(_ callback: (String) throws -> Void, _ head: ResponseHead) {
        let reason = self.answer.fields.reason
        do {
            try callback("HTTP/1.\(head.minorVersion) \(head.status) \(reason)\r\n")
            for field in self.answer.fields.headers.fields where !self.isOver {
                try callback("\(field.name): \(field.value)\r\n")
            }
            if !self.isOver { try callback("\r\n") }
        } catch {
            self.fail(.callback, "its headerCallback has failed: \(error)")
        }
    }

    // MARK: The body

    private func decode(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let decoder = self.decoder, !self.answer.isPassedOver else {
            _ = self.deliver(bytes)
            return
        }
        do {
            try decoder.take(bytes) { self.deliver($0) }
        } catch {
            self.fail(.malformed, "\(error)")
        }
    }

    /// Returns whether more is wanted at once.
    private func deliver(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !self.isOver else { return false }
        self.delivered += Int64(bytes.count)
        if self.answer.isPassedOver {
            if self.delivered > Self.mostDiscarded { self.finish(isClean: false) }
            return !self.isOver
        }
        guard self.delivered <= self.fetch.settings.limits.body else {
            self.fail(.tooLarge, "the body is longer than the limit, when decompressed")
            return false
        }
        switch self.fetch.sink {
        case .response: self.body += bytes
        case .callback(let callback):
            do {
                try callback(Array(bytes))
            } catch {
                self.fail(.callback, "its streamingCallback has failed: \(error)")
            }
        case .stream(let source):
            if !source.add(Array(bytes)) {
                self.isPaused = true
                self.updateEvents()
            }
        }
        return !self.isOver && !self.isPaused
    }

    /// Whoever reads the body wants more of it.
    func resume() {
        guard self.isPaused, !self.isOver else { return }
        self.isPaused = false
        do {
            try self.decoder?.resume { self.deliver($0) }
        } catch {
            return self.fail(.malformed, "\(error)")
        }
        // Also where nothing is left over: the end may have been seen already.
        if !self.isOver, !self.isPaused { self.resumeReading() }
    }

    private func resumeReading() {
        if self.untaken.isEmpty {
            // The body's last piece is followed by an end that takes no byte.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { room in
                _ = self.parse(UnsafeBufferPointer(start: room.baseAddress, count: 0))
            }
        } else {
            self.takeUntaken()
        }
        guard !self.isOver, !self.isPaused else { return }
        self.updateEvents()
        self.receive()
    }
}

extension HeaderTable {
    /// The value of the first field of a name, which is given in lower case.
    fileprivate func value(of name: StaticString) -> gt_bytes? {
        for index in 0..<self.count where self.entries[index].name.equalsLowercased(name) {
            return self.entries[index].value
        }
        return nil
    }
}
