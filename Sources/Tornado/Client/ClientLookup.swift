// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import TornadoCore

/// The addresses of a host: its own if it is one, the resolver's where a runner provides one, else libc's, asked on a
/// thread.
///
/// Used on the loop's thread only, but for what `LookupThread` says.
final class ClientLookup {
    /// Addresses, or why there are none.
    typealias Answer = Result<[ClientAddress], LookupFailure>

    private let host: String
    private let port: UInt16
    private var done: ((Answer) -> Void)?
    private var question: OpaquePointer?
    /// Something pending in the loop, which knows nothing of threads: without it the app's main, when it waits for the
    /// answer, would be told that nothing can happen any more.
    private var pending: (loop: IOLoop, timeout: Timeout)?

    /// A question, answered by one call of `done` unless it is cancelled.
    init(_ host: String, _ port: UInt16, _ done: @escaping (Answer) -> Void) {
        self.host = host
        self.port = port
        self.done = done
    }

    /// Asks; the answer may come inside this call.
    func begin(_ loop: IOLoop) {
        if let address = ClientAddress(numeric: self.host, port: self.port) { return self.end(.success([address])) }
        // This name is the machine's own, whatever a server says (RFC 6761).
        if self.host.lowercased() == "localhost" {
            return self.end(.success(["127.0.0.1", "::1"].compactMap { ClientAddress(numeric: $0, port: self.port) }))
        }
        self.pending = (loop, loop.callLater(86400) {})
        if let table = Registry.resolver { return self.ask(table) }
        let number = LookupThread.start(self.host, self.port, loop) { self.end($0) }
        if number != 0 { self.end(.failure(LookupFailure(error: EAI_SYSTEM, number: number))) }
    }

    /// Forgets the question.
    func cancel() {
        self.done = nil
        self.removePending()
        guard let question else { return }
        self.question = nil
        Registry.resolver?.pointee.cancel(question)
        // The callback, which would have balanced ask(), is not called any more.
        Unmanaged.passUnretained(self).release()
    }

    private func removePending() {
        guard let pending else { return }
        self.pending = nil
        pending.loop.removeTimeout(pending.timeout)
    }

    private func end(_ answer: Answer) {
        self.removePending()
        let done = self.done
        self.done = nil
        done?(answer)
    }

    private func ask(_ table: UnsafePointer<gt_resolver>) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Held until the callback, or until cancel().
        let context = Unmanaged.passRetained(self).toOpaque()
        self.question = table.pointee.resolve(
            Registry.ioloop.pointee.current(),
            self.host,
            "\(self.port)",
            &hints,
            { error, number, answer, context in
                guard let context else { return }
                let lookup = Unmanaged<ClientLookup>.fromOpaque(context).takeRetainedValue()
                lookup.question = nil
                let addresses = ClientAddress.list(answer)
                if let answer { Registry.resolver?.pointee.free_answer(answer) }
                lookup.end(error == 0 ? .success(addresses) : .failure(LookupFailure(error: error, number: number)))
            },
            context
        )
        guard self.question == nil else { return }
        let number = errno
        Unmanaged.passUnretained(self).release()
        self.end(.failure(LookupFailure(error: EAI_SYSTEM, number: number)))
    }
}

/// Why a name has no address: one of getaddrinfo's codes, with errno for EAI_SYSTEM.
struct LookupFailure: Error, CustomStringConvertible {
    let error: Int32
    let number: Int32

    var description: String {
        if self.error == EAI_SYSTEM { return String(cString: strerror(self.number)) }
        return gai_strerror(self.error).map { String(cString: $0) } ?? "error \(self.error)"
    }
}
