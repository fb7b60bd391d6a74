// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// The addresses of a host: its own if it is one, the resolver's where a runner provides one, else libc's, asked on a
/// thread.
///
/// Used on the loop's thread only, but for what `LookupThread` says.
package final class Lookup {
    /// Addresses, or why there are none.
    package typealias Answer = Result<[SocketAddress], ResolverError>

    /// What is asked.
    package struct Question: Hashable, Sendable {
        let host: String
        let port: UInt16
        let family: AddressFamily
        /// getaddrinfo's `AI_` flags.
        var flags: Int32 = 0

        var hints: addrinfo {
            var hints = addrinfo()
            hints.ai_flags = self.flags
            hints.ai_family = self.family.number
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            return hints
        }
    }

    /// Who may answer what needs to be asked.
    enum Means {
        /// The registry's resolver, where there is one, else a thread.
        case any
        /// A thread.
        case thread
        /// The caller itself, who waits.
        case caller
    }

    private let question: Question
    private let means: Means
    private var done: ((Answer) -> Void)?
    private var asked: OpaquePointer?
    /// Something pending in the loop, which knows nothing of threads: without it the app's main, when it waits for the
    /// answer, would be told that nothing can happen any more.
    private var pending: Timeout?

    /// A question, answered by one call of `done` unless it is cancelled.
    package convenience init(_ host: String, _ port: UInt16, _ done: @escaping (Answer) -> Void) {
        self.init(Question(host: host, port: port, family: .unspecified), by: .any, done)
    }

    init(_ question: Question, by means: Means, _ done: @escaping (Answer) -> Void) {
        self.question = question
        self.means = means
        self.done = done
    }

    /// Asks; the answer may come inside this call.
    package func begin(_ loop: IOLoop) {
        if let answer = self.question.ownAnswer { return self.end(answer) }
        if self.means == .caller { return self.end(LookupThread.ask(self.question)) }
        self.pending = loop.callLater(86400) {}
        if self.means == .any, let table = Registry.resolver { return self.ask(table) }
        let number = LookupThread.start(self.question, loop) { self.end($0) }
        if number != 0 { self.end(.failure(ResolverError(self.question, error: EAI_SYSTEM, number: number))) }
    }

    /// Forgets the question.
    package func cancel() {
        self.done = nil
        self.removePending()
        guard let asked = self.asked else { return }
        self.asked = nil
        Registry.resolver?.pointee.cancel(asked)
        // The callback, which would have balanced ask(), is not called any more.
        Unmanaged.passUnretained(self).release()
    }

    private func removePending() {
        guard let pending = self.pending else { return }
        self.pending = nil
        pending.loop.removeTimeout(pending)
    }

    private func end(_ answer: Answer) {
        self.removePending()
        let done = self.done
        self.done = nil
        if case .success(let addresses) = answer, addresses.isEmpty {
            done?(.failure(ResolverError(self.question, error: EAI_NONAME, number: 0)))
        } else {
            done?(answer)
        }
    }

    private func ask(_ table: UnsafePointer<gt_resolver>) {
        var hints = self.question.hints
        // Held until the callback, or until cancel().
        let context = Unmanaged.passRetained(self).toOpaque()
        self.asked = table.pointee.resolve(
            Registry.ioloop.pointee.current(),
            self.question.host,
            "\(self.question.port)",
            &hints,
            { error, number, answer, context in
                guard let context else { return }
                Unmanaged<Lookup>.fromOpaque(context).takeRetainedValue().answered(error, number, answer)
            },
            context
        )
        guard self.asked == nil else { return }
        let number = errno
        Unmanaged.passUnretained(self).release()
        self.end(.failure(ResolverError(self.question, error: EAI_SYSTEM, number: number)))
    }

    private func answered(_ error: Int32, _ number: Int32, _ answer: UnsafeMutablePointer<addrinfo>?) {
        self.asked = nil
        let addresses = SocketAddress.list(answer)
        if let answer { Registry.resolver?.pointee.free_answer(answer) }
        self.end(
            error == 0 ? .success(addresses) : .failure(ResolverError(self.question, error: error, number: number))
        )
    }
}

extension Lookup.Question {
    /// EAI_ADDRFAMILY, a GNU name, which Swift does not see.
    private static let wrongFamily: Int32 = -9

    /// The answer that nobody need be asked for; null if somebody must be.
    var ownAnswer: Lookup.Answer? {
        let port = Int(self.port)
        // What most flags mean, libc knows.
        let isLibcs = self.flags & ~AI_PASSIVE != 0
        if !isLibcs, let address = SocketAddress(numeric: self.host, port: port) {
            let isWanted = self.family == .unspecified || self.family == address.family
            return isWanted ? .success([address]) : .failure(ResolverError(self, error: Self.wrongFamily, number: 0))
        }
        // Names have 253 bytes at most (RFC 1035), and C's end at a NUL.
        if self.host.isEmpty || self.host.utf8.count > 253 || self.host.utf8.contains(0) || self.family == .unix {
            return .failure(ResolverError(self, error: EAI_NONAME, number: 0))
        }
        // This name is the machine's own, whatever a server says (RFC 6761).
        guard !isLibcs, self.host.lowercased() == "localhost" else { return nil }
        let own = ["127.0.0.1", "::1"].compactMap { SocketAddress(numeric: $0, port: port) }
        return .success(own.filter { self.family == .unspecified || self.family == $0.family })
    }
}
