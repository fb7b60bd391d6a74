// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Glibc

/// A connected, non-blocking socket, plain or under TLS: the calls that streams, clients and servers make on it.
///
/// A value without an owner: whoever holds it calls ``close()`` once. Nothing here waits.
///
/// ```swift
/// switch transport.receive(into: buffer) {
/// case .bytes(let count): use(buffer[..<count])
/// case .again(let events): wait(for: events)
/// case .end: close()
/// case .failed(let error): report(error)
/// }
/// ```
public struct Transport {
    /// How a call went.
    public enum Outcome: Equatable {
        /// So many bytes were read or taken.
        case bytes(Int)
        /// It cannot go on until the socket is readable, or writable: TLS may need either for either.
        case again(Readiness)
        /// The peer has sent its last byte.
        case end
        /// An errno value; under TLS ``Transport/failureText`` has the words.
        case failed(Int32)
    }

    /// What a socket must be for a call to go on.
    public enum Readiness: Equatable {
        /// Readable.
        case read
        /// Writable.
        case write
    }

    /// The socket.
    public let descriptor: Int32
    /// The session, if there is TLS.
    public private(set) var tls: OpaquePointer?

    /// A plain socket, or one whose bytes go through `tls`, which it owns from now on.
    public init(descriptor: Int32, tls: OpaquePointer? = nil) {
        self.descriptor = descriptor
        self.tls = tls
    }

    /// Bytes that can be read although the socket may not be readable.
    public var hasPending: Bool {
        guard let tls = self.tls else { return false }
        return gt_tls_pending(tls) > 0
    }

    /// Why a call under TLS has failed; nil without TLS.
    public var failureText: String? { self.tls.map { String(cString: gt_tls_error($0)) } }

    /// Goes on with the handshake: `.bytes(0)` once it is complete, and at once without TLS.
    public func handshake() -> Outcome {
        guard let tls = self.tls else { return .bytes(0) }
        return Transport.outcome(ofTLS: Int(gt_tls_handshake(tls)), atZero: .bytes(0))
    }

    /// Reads what there is, `buffer.count` bytes at most.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        if let tls = self.tls {
            return Transport.outcome(ofTLS: gt_tls_read(tls, buffer.baseAddress, buffer.count), atZero: .end)
        }
        let count = recv(self.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        return count == 0 ? .end : Transport.outcome(count, waitingFor: .read)
    }

    /// Hands bytes to the kernel: as many as it takes.
    ///
    /// After `.again` under TLS the next call must begin with the same bytes.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if let tls = self.tls {
            return Transport.outcome(ofTLS: gt_tls_write(tls, bytes.baseAddress, bytes.count), atZero: .bytes(0))
        }
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = Glibc.send(self.descriptor, bytes.baseAddress, bytes.count, flags)
        return Transport.outcome(count, waitingFor: .write)
    }

    /// Tells the peer that no more will come, and goes on reading: by TLS's own word, then the socket's.
    public func shutdown() -> Outcome {
        if let tls = self.tls {
            let outcome = Transport.outcome(ofTLS: Int(gt_tls_shutdown(tls)), atZero: .bytes(0))
            guard outcome == .bytes(0) else { return outcome }
        }
        return Glibc.shutdown(self.descriptor, Int32(SHUT_WR)) == 0 ? .bytes(0) : .failed(errno)
    }

    /// Whether the last call failed because of the peer's certificate.
    public var isCertificateError: Bool { self.tls.map { gt_tls_is_certificate_error($0) != 0 } ?? false }

    /// Ends the session, if there is one, without a word to the peer.
    public mutating func endSession() {
        if let tls = self.tls { gt_tls_free(tls) }
        self.tls = nil
    }

    /// Ends the session, if there is one, and closes the socket.
    public mutating func close() {
        self.endSession()
        Glibc.close(self.descriptor)
    }

    private static func outcome(_ count: Int, waitingFor readiness: Readiness) -> Outcome {
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .again(readiness) : .failed(errno)
    }

    private static func outcome(ofTLS result: Int, atZero zero: Outcome) -> Outcome {
        switch result {
        case 0: zero
        case 1...: .bytes(result)
        case Int(GT_TLS_WANT_READ): .again(.read)
        case Int(GT_TLS_WANT_WRITE): .again(.write)
        default: .failed(Int32(-result))
        }
    }
}
