// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Foundation
import TestKit
import Testing

/// What a session sends, kept until it is to leave.
@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct GatherTests {
    let server: Context
    let client: Context

    init() throws {
        let certificates = try Certificates.shared.get()
        self.server = try Context(server: [Options.Own(certificates.server)])
        self.client = try Context.client()
    }

    private func unread(_ descriptor: Int32) -> Int {
        var count: Int32 = 0
        _ = ioctl(descriptor, UInt(FIONREAD), &count)
        return Int(count)
    }

    /// Fills the way from the session to its peer; returns what was written in the clear beside TLS.
    private func fill(_ session: Session) -> Int {
        let bytes = [UInt8](repeating: 0, count: 4096)
        var total = 0
        while true {
            let count = send(session.descriptor, bytes, bytes.count, 0)
            guard count > 0 else { break }
            total += count
        }
        while send(session.descriptor, bytes, 1, 0) == 1 { total += 1 }
        return total
    }

    private func drain(_ descriptor: Int32, _ total: Int) {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var left = total
        while left > 0 {
            let count = recv(descriptor, &bytes, min(left, bytes.count), 0)
            guard count > 0 else { return }
            left -= count
        }
    }

    @Test func leavesAtOnceWhenFlushed() throws {
        let pair = try Pair(self.client, self.server)
        _ = pair.client.read()
        gt_tls_gather(pair.server.handle)
        for piece in ["one ", "two ", "three"] { #expect(pair.server.write(piece) == piece.utf8.count) }
        #expect(self.unread(pair.client.descriptor) == 0)
        #expect(gt_tls_flush(pair.server.handle) == 0)
        #expect(pair.client.readText() == "one two three")
        // It has ended with that.
        #expect(pair.server.write("four") == 4)
        #expect(pair.client.readText() == "four")
    }

    @Test func theLastFlightLeavesWithTheAnswerAndTheEnd() throws {
        let (near, far) = try socketPair()
        let client = try Session(self.client, near, host: "localhost")
        let server = try Session(self.server, far)
        #expect(client.handshake() == wantsRead && server.handshake() == wantsRead)
        #expect(client.handshake() == 0)
        gt_tls_gather(server.handle)
        #expect(server.handshake() == 0)
        #expect(server.write("answer") == 6)
        #expect(self.unread(near) == 0)
        #expect(server.shutdown() == 0)
        #expect(client.readText() == "answer")
        #expect(client.read().count == 0)
        #expect(gt_tls_ticket(client.handle) != nil)
    }

    @Test(arguments: [100, 5000, 20_000, 300_000])
    func moreThanFitsGoesInOrder(size: Int) throws {
        let pair = try Pair(self.client, self.server)
        gt_tls_gather(pair.server.handle)
        #expect(pair.server.write("begin ") == 6)
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var (sent, received) = (0, [UInt8]())
        for _ in 0..<10_000 where received.count < size + 6 {
            if sent < size { sent += max(0, pair.server.write(body[sent...])) }
            if sent == size { #expect(gt_tls_flush(pair.server.handle) <= 0) }
            received += pair.client.read().bytes
        }
        #expect(received == Array("begin ".utf8) + body)
    }

    @Test func whatTheKernelDoesNotTakeGoesFirst() throws {
        let pair = try Pair(self.client, self.server)
        _ = pair.client.read()
        let filled = self.fill(pair.server)
        gt_tls_gather(pair.server.handle)
        #expect(pair.server.write("kept") == 4)
        #expect(gt_tls_flush(pair.server.handle) == GT_TLS_WANT_WRITE)
        #expect(pair.server.write("later") == wantsWrite)
        self.drain(pair.client.descriptor, filled)
        #expect(pair.server.write("later") == 5)
        #expect(pair.server.shutdown() == 0)
        #expect(pair.client.readText() == "keptlater")
        #expect(pair.client.read().count == 0)
    }

    @Test func anEndThatTheKernelDoesNotTakeIsToldAgain() throws {
        let pair = try Pair(self.client, self.server)
        _ = pair.client.read()
        let filled = self.fill(pair.server)
        gt_tls_gather(pair.server.handle)
        #expect(pair.server.write("last") == 4)
        #expect(pair.server.shutdown() == wantsWrite)
        #expect(pair.server.shutdown() == wantsWrite)
        self.drain(pair.client.descriptor, filled)
        #expect(pair.server.shutdown() == 0)
        #expect(pair.client.readText() == "last")
        #expect(pair.client.read().count == 0)
    }

    @Test func aFailureIsTold() throws {
        let pair = try Pair(self.client, self.server)
        gt_tls_gather(pair.server.handle)
        #expect(pair.server.write("nobody reads it") == 15)
        pair.client.close()
        #expect(gt_tls_flush(pair.server.handle) == -EPIPE)
        #expect(pair.server.error == "Broken pipe")
        #expect(pair.server.write("more") == -Int(EPIPE))
    }

    @Test func aSessionGivenAwayHasSaidAll() throws {
        let pair = try Pair(self.client, self.server)
        _ = pair.client.read()
        gt_tls_gather(pair.server.handle)
        #expect(pair.server.write("before ") == 7)
        try pair.server.move()
        #expect(pair.server.write("after") == 5)
        #expect(pair.client.readText() == "before after")
    }

    @Test func aFailedHandshakeSaysWhy() throws {
        let (near, far) = try socketPair()
        let certificates = try Certificates.shared.get()
        let newest = try Context(server: [Options.Own(certificates.server)]) { $0.oldest = 0x0304 }
        let client = try Session(Context.client { $0.newest = 0x0303 }, near, host: "localhost")
        let server = try Session(newest, far)
        gt_tls_gather(server.handle)
        _ = client.handshake()
        #expect(server.handshake() < 0)
        _ = client.handshake()
        #expect(client.error.hasPrefix("the peer refused: "), "\(client.error)")
    }
}
