// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Asks libc for a host's addresses on one of the app's threads for blocking code, which blocks as long as libc does.
enum LookupThread {
    /// What is told the answer.
    ///
    /// - Note: The unchecked conformance is sound because only the loop's thread calls the callback, and frees it.
    private final class Ticket: @unchecked Sendable {
        let done: (Lookup.Answer) -> Void

        init(_ done: @escaping (Lookup.Answer) -> Void) {
            self.done = done
        }
    }

    /// Asks when there is a thread for it; `done` is called on the loop's.
    ///
    /// Returns 0 or an errno value, and then there is no call.
    static func start(_ question: Lookup.Question, _ loop: IOLoop, _ done: @escaping (Lookup.Answer) -> Void) -> Int32 {
        // On its way through the thread it is held by nobody else, so that its end is on the loop's thread too.
        let ticket = Unmanaged.passRetained(Ticket(done))
        let code = BlockingThreads.add {
            let answer = Self.ask(question)
            loop.addCallback { ticket.takeRetainedValue().done(answer) }
        }
        if code != 0 { ticket.release() }
        return code
    }

    /// Asks, and waits for the answer.
    static func ask(_ question: Lookup.Question) -> Lookup.Answer {
        var hints = question.hints
        var answer: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(question.host, "\(question.port)", &hints, &answer)
        let number = errno
        defer { if let answer { freeaddrinfo(answer) } }
        return error == 0
            ? .success(SocketAddress.list(answer)) : .failure(ResolverError(question, error: error, number: number))
    }
}
