// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Foundation

let wantsRead = Int(GT_TLS_WANT_READ)
let wantsWrite = Int(GT_TLS_WANT_WRITE)

/// A session and its socket, which go with the object.
final class Session {
    private(set) var handle: OpaquePointer
    private(set) var descriptor: Int32

    init(_ context: Context, _ descriptor: Int32, host: String? = nil) throws {
        guard let handle = gt_tls_new(context.handle, descriptor, host) else {
            throw Context.Failure(description: String(cString: strerror(errno)))
        }
        self.handle = handle
        self.descriptor = descriptor
    }

    deinit {
        gt_tls_free(self.handle)
        self.close()
    }

    /// The socket alone, without a word.
    func close() {
        if self.descriptor >= 0 { Foundation.close(self.descriptor) }
        self.descriptor = -1
    }

    /// As if another copy of the code took the session over.
    func move() throws {
        guard let given = gt_tls_give_up(self.handle), let taken = gt_tls_adopt(given) else {
            throw Context.Failure(description: "the session cannot be taken over")
        }
        self.handle = taken
    }

    func handshake() -> Int { Int(gt_tls_handshake(self.handle)) }

    func write(_ bytes: some Collection<UInt8>) -> Int {
        let bytes = Array(bytes)
        return gt_tls_write(self.handle, bytes, bytes.count)
    }

    func write(_ text: String) -> Int { self.write(Array(text.utf8)) }

    func read(_ capacity: Int = 100_000) -> (count: Int, bytes: [UInt8]) {
        var bytes = [UInt8](repeating: 0, count: capacity)
        let count = gt_tls_read(self.handle, &bytes, capacity)
        return (count, Array(bytes.prefix(max(count, 0))))
    }

    func readText(_ capacity: Int = 100_000) -> String { String(decoding: self.read(capacity).bytes, as: UTF8.self) }

    func shutdown() -> Int { Int(gt_tls_shutdown(self.handle)) }

    var pending: Int { gt_tls_pending(self.handle) }
    var error: String { String(cString: gt_tls_error(self.handle)) }
    var isCertificateError: Bool { gt_tls_is_certificate_error(self.handle) != 0 }
    var spokeHTTP: Bool { gt_tls_spoke_http(self.handle) != 0 }
    var protocolName: String { String(cString: gt_tls_protocol(self.handle)) }
    var cipher: String { String(cString: gt_tls_cipher(self.handle)) }
    var alpn: String { String(cString: gt_tls_alpn(self.handle)) }
    var serverName: String { String(cString: gt_tls_server_name(self.handle)) }
    var wasResumed: Bool { gt_tls_was_resumed(self.handle) != 0 }

    var peerCertificate: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: gt_tls_peer_certificate(self.handle, nil, 0))
        _ = gt_tls_peer_certificate(self.handle, &bytes, bytes.count)
        return bytes
    }

    var peerSubject: String {
        var subject = [CChar](repeating: 0, count: gt_tls_peer_subject(self.handle, nil, 0) + 1)
        _ = gt_tls_peer_subject(self.handle, &subject, subject.count)
        return text(subject)
    }
}

/// Both ends of a Unix socket, which do not wait.
func socketPair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Context.Failure(description: "no socketpair") }
    return (ends[0], ends[1])
}

/// A client's session and a server's, wired to each other.
final class Pair {
    let client: Session
    let server: Session
    /// How the handshakes ended.
    private(set) var clientResult = wantsRead
    private(set) var serverResult = wantsRead

    /// With the handshake tried, until both sides have succeeded or one has failed.
    init(
        _ client: Context,
        _ server: Context,
        host: String? = "localhost",
        ticket: UnsafeMutableRawPointer? = nil
    ) throws {
        let (one, other) = try socketPair()
        self.client = try Session(client, one, host: host)
        self.server = try Session(server, other)
        if let ticket { gt_tls_use_ticket(self.client.handle, ticket) }
        for _ in 0..<20 {
            if self.clientResult == wantsRead { self.clientResult = self.client.handshake() }
            if self.serverResult == wantsRead { self.serverResult = self.server.handshake() }
        }
    }

    /// Whether both sides say so; a client's bad certificate is told under TLS 1.3 only when it reads.
    var isAgreed: Bool { self.clientResult == 0 && self.serverResult == 0 }

    /// What a later session of the client's may begin with.
    func ticket() -> UnsafeMutableRawPointer? {
        _ = self.client.read()
        return gt_tls_ticket(self.client.handle)
    }
}
