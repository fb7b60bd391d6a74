// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Foundation
import TestKit
import Testing

@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct BytesTests {
    let server: Context
    let client: Context

    init() throws {
        let certificates = try Certificates.shared.get()
        self.server = try Context(server: [Options.Own(certificates.server)])
        self.client = try Context.client()
    }

    /// Every byte of both sides is a packet of its own.
    @Test(arguments: [UInt16(0x0303), 0x0304])
    func oneByteAtATime(version: UInt16) throws {
        let (near, nearRelay) = try socketPair()
        let (farRelay, far) = try socketPair()
        defer { for descriptor in [nearRelay, farRelay] { close(descriptor) } }
        let client = try Session(Context.client { $0.newest = version }, near, host: "localhost")
        let server = try Session(self.server, far)
        func relay(_ from: Int32, _ to: Int32) {
            var byte: UInt8 = 0
            if recv(from, &byte, 1, 0) == 1 { send(to, &byte, 1, 0) }
        }
        var (clientResult, serverResult) = (wantsRead, wantsRead)
        for _ in 0..<20_000 where clientResult != 0 || serverResult != 0 {
            if clientResult != 0 { clientResult = client.handshake() }
            if serverResult != 0 { serverResult = server.handshake() }
            relay(nearRelay, farRelay)
            relay(farRelay, nearRelay)
        }
        #expect(clientResult == 0 && serverResult == 0)
        let text = String(repeating: "0123456789", count: 100)
        #expect(client.write(text) == 1000)
        var received = ""
        for _ in 0..<2000 where received.isEmpty {
            let (count, bytes) = server.read()
            #expect(count == wantsRead || count == 1000)
            #expect(server.pending == 0)
            received = String(decoding: bytes, as: UTF8.self)
            relay(nearRelay, farRelay)
        }
        #expect(received == text)
    }

    @Test func readsFillWhatTheyAreGiven() throws {
        let pair = try Pair(self.client, self.server)
        for piece in ["one ", "two ", "three"] { #expect(pair.client.write(piece) == piece.utf8.count) }
        #expect(pair.server.readText(6) == "one tw")
        #expect(pair.server.pending > 0)
        #expect(pair.server.readText() == "o three")
        #expect(pair.server.pending == 0)
        #expect(pair.server.read().count == wantsRead)
    }

    /// What comes in one packet with the end of the handshake.
    @Test func bytesBehindTheHandshakeAreKnown() throws {
        let (near, far) = try socketPair()
        let client = try Session(self.client, near, host: "localhost")
        let server = try Session(self.server, far)
        #expect(client.handshake() == wantsRead && server.handshake() == wantsRead)
        #expect(client.handshake() == 0)
        #expect(client.write("at once") == 7)
        #expect(server.handshake() == 0)
        #expect(server.pending > 0)
        #expect(server.readText() == "at once")
    }

    @Test func largeWritesWaitForSlowReaders() throws {
        let pair = try Pair(self.client, self.server)
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var sent = 0
        var received: [UInt8] = []
        var sawWant = false
        while received.count < bytes.count {
            while sent < bytes.count {
                // From another place each time, and as much as there is.
                let count = pair.server.write(bytes[sent...])
                if count == wantsWrite { sawWant = true }
                guard count > 0 else {
                    #expect(count == wantsWrite)
                    break
                }
                sent += count
            }
            let (count, some) = pair.client.read(10_000)
            #expect(count > 0)
            guard count > 0 else { break }
            received += some
        }
        #expect(received == bytes && sawWant)
    }

    @Test func theEndIsToldFromAReset() throws {
        let proper = try Pair(self.client, self.server)
        #expect(proper.client.write("last") == 4 && proper.client.shutdown() == 0)
        #expect(proper.client.shutdown() == 0)
        #expect(proper.server.readText() == "last")
        #expect(proper.server.pending > 0)
        #expect(proper.server.read().count == 0 && proper.server.read().count == 0)
        // The other direction goes on.
        #expect(proper.server.write("still") == 5)
        #expect(proper.client.readText() == "still")

        let cut = try Pair(self.client, self.server)
        // With its tickets unread the system would send a reset.
        #expect(cut.client.read().count == wantsRead)
        #expect(cut.client.write("last") == 4)
        cut.client.close()
        #expect(cut.server.readText() == "last")
        #expect(cut.server.read().count == -Int(ECONNRESET))
        #expect(cut.server.error == "the peer closed the connection without TLS's own word for it")
        #expect(cut.server.shutdown() == 0)
        let write = cut.server.write("into the void")
        #expect(write == -Int(EPIPE), "\(write) \(cut.server.error)")
    }

    @Test func peersThatGoInTheHandshake() throws {
        let (near, far) = try socketPair()
        let server = try Session(self.server, far)
        close(near)
        #expect(server.handshake() == -Int(ECONNRESET))
        #expect(server.error == "the peer closed the connection during the handshake")
        #expect(!server.spokeHTTP)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "DELETE /x HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n"])
    func plainHTTPIsRecognized(text: String) throws {
        let (near, far) = try socketPair()
        defer { close(near) }
        let server = try Session(self.server, far)
        for byte in text.utf8 {
            var byte = byte
            send(near, &byte, 1, 0)
            let result = server.handshake()
            if result != wantsRead {
                #expect(result == -Int(EPROTO))
                break
            }
        }
        #expect(server.spokeHTTP, "\(server.error)")
        var answer = [UInt8](repeating: 0, count: 100)
        #expect(recv(near, &answer, 100, 0) == -1)
    }

    @Test(
        arguments: [[0x16, 3, 1, 0xFF, 0xFF, 1], [0, 0, 0, 0, 0, 0], [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]] as [[UInt8]]
    )
    func garbageIsRefused(bytes: [UInt8]) throws {
        let (near, far) = try socketPair()
        defer { close(near) }
        let server = try Session(self.server, far)
        send(near, bytes, bytes.count, 0)
        #expect(server.handshake() == -Int(EPROTO))
        #expect(!server.error.isEmpty && !server.spokeHTTP)
        #expect(server.handshake() < 0)
    }

    @Test func brokenRecordsAreRefusedAndStayRefused() throws {
        let pair = try Pair(self.client, self.server)
        #expect(pair.client.write("good") == 4)
        let bad: [UInt8] = [0x17, 3, 3, 0, 20] + [UInt8](repeating: 7, count: 20)
        send(pair.client.descriptor, bad, bad.count, 0)
        #expect(pair.server.readText() == "good")
        #expect(pair.server.pending > 0)
        #expect(pair.server.read().count == -Int(EPROTO))
        #expect(pair.server.error.contains("bad record mac"), "\(pair.server.error)")
        #expect(pair.server.read().count < 0)
    }

    @Test func sessionsMoveToAnotherCopy() throws {
        let pair = try Pair(self.client, self.server)
        #expect(pair.client.write("early") == 5)
        try pair.server.move()
        #expect(pair.server.readText() == "early")
        #expect(pair.server.write("late") == 4)
        #expect(pair.client.readText() == "late")
        #expect(pair.server.protocolName == "TLSv1.3")
    }
}
