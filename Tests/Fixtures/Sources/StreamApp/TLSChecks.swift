// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// The files that the test has made, by the variables it names them in.
enum Files {
    static func path(_ name: String) -> String? { getenv("STREAMAPP_\(name)").map { String(cString: $0) } }

    static func server(_ name: String = "SERVER") throws -> SSLOptions {
        guard let certificate = Self.path("\(name)_CERTIFICATE"), let key = Self.path("\(name)_KEY") else {
            throw CheckFailure(description: "the certificate \(name) was not given")
        }
        return SSLOptions(certfile: certificate, keyfile: key)
    }

    static var client: SSLOptions {
        var options = SSLOptions()
        options.caCerts = Self.path("AUTHORITY")
        return options
    }
}

/// A socket pair, TLS on both sides, and what the server does with a line.
struct Pair {
    let server: IOStream
    let client: IOStream

    init(certificate: String = "SERVER", host: String = "localhost", client: SSLOptions = Files.client) throws {
        let (one, other) = try Sockets.tcpPair()
        self.server = try IOStream(one, sslOptions: Files.server(certificate), serverSide: true)
        self.client = try IOStream(other, sslOptions: client, serverHostname: host)
    }

    func echo() {
        let server = self.server
        server.readUntil("\n") { line in
            server.write(try line.get()) { _ in }
            self.echo()
        }
    }
}

var tlsChecks: [Check] {
    guard Files.path("AUTHORITY") != nil else { return [] }
    return Form.available.flatMap(tlsChecks(in:)) + refusalChecks + [
        Check("TLS: a megabyte each way at the same time") { loop in
            let pair = try Pair()
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 >> 5) }
            var read: [[UInt8]] = []
            for stream in [pair.server, pair.client] {
                stream.write(bytes) { _ in }
                stream.readBytes(bytes.count) { read.append(try $0.get()) }
            }
            try loop.run { read.count == 2 }
            try expect(read[0] == bytes && read[1] == bytes, "something else came")
            pair.client.close()
            pair.server.close()
        },
        Check("TLS: lines that came in one record are read one by one") { loop in
            let pair = try Pair()
            pair.client.write((0..<500).map { "line \($0)\n" }.joined()) { _ in }
            for number in 0..<500 {
                let line = try Call.until("\n").run(number % 2 == 0 ? .callback : .main, pair.server, on: loop)
                try expect(text(line), equals: "line \(number)\n")
            }
            try expect(try text(pair.client.readBytes(0)), equals: "")
        },
        Check("TLS: a stream tells what was agreed on") { loop in
            let (one, other) = try Sockets.tcpPair()
            var (ours, theirs) = (try Files.server(), Files.client)
            ours.alpn = ["two", "one"]
            theirs.alpn = ["one", "three"]
            let server = try IOStream(one, sslOptions: ours, serverSide: true)
            let client = try IOStream(other, sslOptions: theirs, serverHostname: "localhost")
            try expect(client.tlsVersion == nil && client.peerCertificate == nil, "it tells too early")
            server.waitForHandshake { _ in }
            try Call.waitForHandshake.run(.callback, client, on: loop)
            try loop.run { server.tlsVersion != nil }
            for stream in [server, client] {
                try expect(stream.tlsVersion, equals: "TLSv1.3")
                try expect(stream.tlsCipher?.hasPrefix("TLS_") == true, "\(stream.tlsCipher ?? "no cipher")")
                try expect(stream.selectedALPNProtocol, equals: "one")
            }
            // A sequence, in DER.
            try expect(client.peerCertificate?.first, equals: 0x30)
            try expect(server.peerCertificate, equals: nil)
            client.close()
            server.close()
            try expect(client.tlsVersion, equals: nil)
        },
        Check("TLS: close says so to the peer, behind what was written") { loop in
            let pair = try Pair()
            pair.client.write("bye") { _ in pair.client.close() }
            try expect(try text(Call.untilClose.run(.callback, pair.server, on: loop)), equals: "bye")
            try loop.run { pair.server.closed }
            try expect(pair.server.error == nil, "\(String(describing: pair.server.error))")
        },
        Check("TLS: a handshake and a line, a byte at a time") { loop in
            let near = try Ends.unix { try IOStream($0, sslOptions: Files.client, serverHostname: "localhost") }
            let far = try Ends.unix { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
            relay(near.peer, far.peer, loop) { near.stream.closed || far.stream.closed }
            far.stream.readUntil("\n") { far.stream.write(try $0.get()) { _ in } }
            near.stream.write("hello\n") { _ in }
            try expect(try text(Call.until("\n").run(.callback, near.stream, on: loop)), equals: "hello\n")
            near.stream.close()
            far.stream.close()
            try loop.run(for: 0.02)
        },
        Check("TLS: startTLS refuses a stream that is not idle, and the stream goes on") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("STARTTLS\nsmuggled\n")
            try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "STARTTLS\n")
            try expectError(StreamUsageError.self) {
                try Call.startTLS(Files.server(), serverSide: true).run(.callback, ends.stream, on: loop)
            }
            try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "smuggled\n")
            ends.stream.close()
        },
        Check("TLS: options that are no good are refused, and the descriptor is closed") { _ in
            let (one, other) = try Sockets.tcpPair()
            let peer = Peer(other)
            try expectError(SSLError.self) {
                _ = try IOStream(one, sslOptions: SSLOptions(certfile: "/nowhere.pem"), serverSide: true)
            }
            try expect(peer.take() == nil, "it is open")
        },
    ]
}

/// Handshakes that must not succeed.
private var refusalChecks: [Check] {
    ["EXPIRED", "WRONGHOST", "SELFSIGNED"].map { name in
        Check("TLS: a client refuses the certificate \(name), and both sides know") { loop in
            let pair = try Pair(certificate: name)
            var serverError: (any Error)?
            pair.server.waitForHandshake { _ in }
            pair.server.setCloseCallback { serverError = pair.server.error }
            let error = try expectError(SSLError.self) {
                try Call.waitForHandshake.run(.callback, pair.client, on: loop)
            }
            try expect(error.isCertificateError, "\(error)")
            try expect(pair.client.closed, "it is open")
            // The server may have ended its side before it heard of that.
            _ = try? Call.untilClose.run(.callback, pair.server, on: loop)
            try loop.run { pair.server.closed }
            try expect(serverError != nil || pair.server.error != nil, "the server does not know")
        }
    } + [
        Check("TLS: a client that verifies nothing takes any certificate") { loop in
            var options = SSLOptions()
            options.verify = SSLOptions.Verification.none
            let pair = try Pair(certificate: "SELFSIGNED", client: options)
            try Call.waitForHandshake.run(.callback, pair.client, on: loop)
            pair.client.close()
            pair.server.close()
        },
        Check("TLS: a peer that talks plainly is refused") { loop in
            let ends = try Ends.tcp { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
            ends.peer.send("GET / HTTP/1.1\r\n\r\n")
            try expectError(SSLError.self) { try Call.waitForHandshake.run(.callback, ends.stream, on: loop) }
            try expect(ends.stream.closed, "it is open")
        },
        Check("TLS: a peer that goes in the middle of the handshake") { loop in
            for reset in [false, true] {
                let ends = try Ends.tcp { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
                ends.peer.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
                loop.callLater(0.01) { reset ? ends.peer.reset() : ends.peer.close() }
                var failure: (any Error)?
                ends.stream.waitForHandshake { if case .failure(let error) = $0 { failure = error } }
                try loop.run { failure != nil }
                try expect(ends.stream.closed, "it is open")
            }
        },
        Check("TLS: until close, an end without TLS's word is no end") { loop in
            let near = try Ends.unix { try IOStream($0, sslOptions: Files.client, serverHostname: "localhost") }
            let far = try Ends.unix { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
            var isCut = false
            relay(near.peer, far.peer, loop, piece: 10_000) { isCut }
            try Call.waitForHandshake.run(.callback, near.stream, on: loop)
            far.stream.write("half of it") { _ in }
            try loop.run(for: 0.05)
            isCut = true
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.untilClose.run(.callback, near.stream, on: loop)
            }
            try expect(error.realError != nil, "\(error)")
            try expect(try text(near.stream.readBytes(10)), equals: "half of it")
            far.stream.close()
        },
    ]
}

private func tlsChecks(in form: Form) -> [Check] {
    [
        Check("\(form): TLS: connect, write, read") { loop in
            let (listener, port) = try Sockets.listening()
            let client = try IOStream(Sockets.unconnected(), sslOptions: Files.client)
            try loop.addHandler(listener, .read) { _, _ in
                try loop.removeHandler(listener)
                let server = try IOStream(accept(listener, nil, nil), sslOptions: Files.server(), serverSide: true)
                close(listener)
                server.readUntil("\n") { server.write(try $0.get()) { _ in } }
            }
            try Call.connect(port, host: "localhost").run(form, client, on: loop)
            try Call.write(Array("hello\n".utf8)).run(form, client, on: loop)
            try expect(try text(Call.until("\n").run(form, client, on: loop)), equals: "hello\n")
            client.close()
        },
        Check("\(form): TLS: waitForHandshake on the server's side") { loop in
            let pair = try Pair()
            pair.client.waitForHandshake { _ in }
            try Call.waitForHandshake.run(form, pair.server, on: loop)
            pair.echo()
            try Call.write(Array("hello\n".utf8)).run(form, pair.client, on: loop)
            try expect(try text(Call.until("\n").run(form, pair.client, on: loop)), equals: "hello\n")
            pair.client.close()
        },
        Check("\(form): TLS: startTLS in the middle") { loop in
            let (one, other) = try Sockets.tcpPair()
            let (server, client) = (IOStream(one), IOStream(other))
            server.readUntil("\n") { _ in
                server.write("go\n") { _ in
                    server.startTLS(serverSide: true, sslOptions: try Files.server()) { result in
                        try result.get()
                        server.readUntil("\n") { server.write(try $0.get()) { _ in } }
                    }
                }
            }
            try Call.write(Array("STARTTLS\n".utf8)).run(form, client, on: loop)
            try expect(try text(Call.until("\n").run(form, client, on: loop)), equals: "go\n")
            try Call.startTLS(Files.client, serverSide: false, host: "localhost").run(form, client, on: loop)
            try Call.write(Array("secret\n".utf8)).run(form, client, on: loop)
            try expect(try text(Call.until("\n").run(form, client, on: loop)), equals: "secret\n")
            client.close()
        },
        Check("\(form): TLS: read what nobody sends, and then close") { loop in
            let pair = try Pair()
            loop.callLater(0.05) { pair.client.close() }
            try expectError(StreamClosedError.self) { _ = try Call.bytes(5).run(form, pair.server, on: loop) }
        },
    ]
}

/// Carries bytes both ways, so many a turn, until told to stop; then it closes both.
func relay(
    _ one: Peer,
    _ other: Peer,
    _ loop: IOLoop,
    piece: Int = 1,
    until isOver: @escaping () -> Bool
) {
    loop.callLater(0) {
        for (from, to) in [(one, other), (other, one)] {
            if let bytes = from.take(piece), !bytes.isEmpty { to.send(bytes) }
        }
        guard isOver() else { return relay(one, other, loop, piece: piece, until: isOver) }
        one.close()
        other.close()
    }
}
