// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc
import ProviderKit
import Synchronization

/// libc's own `getaddrinfo` on a few threads: what the machine's `nsswitch.conf` says, without holding the loop up.
///
/// ```swift
/// registry.swap(.resolver, for: ThreadResolver.table(on: LibeventLoop.table))
/// ```
public enum ThreadResolver {
    /// The table for the registry's slot `resolver`: questions are answered on loops of `ioloop`.
    ///
    /// Made once, for the first loop it is asked for; never freed.
    public static func table(on ioloop: UnsafePointer<gt_ioloop>) -> UnsafePointer<gt_resolver> {
        self.state.withLock { $0.ioloop = $0.ioloop ?? ioloop }
        return self.shared
    }

    /// How many names are looked up at the same time; the rest wait.
    static let threadLimit = 10

    // Pointers to tables that live as long as the process.
    private struct State: @unchecked Sendable {
        var ioloop: UnsafePointer<gt_ioloop>?
    }

    private static let state = Mutex(State())
    private static let pool = LookupPool(limit: Self.threadLimit)

    // Written once, here, and never freed.
    nonisolated(unsafe) private static let shared: UnsafePointer<gt_resolver> = {
        var table = gt_resolver()
        table.size = UInt32(MemoryLayout<gt_resolver>.size)
        table.version = 1
        table.name = StaticText.pointer("threads")
        table.resolve = { loop, name, service, hints, callback, context in
            ThreadResolver.resolve(loop, name, service, hints, callback, context)
        }
        table.cancel = { question in
            if let question { ThreadResolver.pool.cancel(Question.from(question)) }
        }
        table.free_answer = { answer in
            if let answer { freeaddrinfo(answer) }
        }
        let place = UnsafeMutablePointer<gt_resolver>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static func resolve(
        _ loop: OpaquePointer?,
        _ name: UnsafePointer<CChar>?,
        _ service: UnsafePointer<CChar>?,
        _ hints: UnsafePointer<addrinfo>?,
        _ callback: gt_answer_callback?,
        _ context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        guard let loop, let callback, let ioloop = self.state.withLock({ $0.ioloop }) else {
            errno = EINVAL
            return nil
        }
        let question = Question(Question.Loop(ioloop: ioloop, loop: loop), callback, context)
        let handle = question.makeHandle()
        guard self.pool.add(Lookup(question, name, service, hints)) else {
            question.end()
            errno = EAGAIN
            return nil
        }
        return handle
    }
}
