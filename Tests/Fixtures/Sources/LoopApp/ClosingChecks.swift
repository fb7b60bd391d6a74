// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

/// Runs a check on the loop of a new thread, and passes on how it ended.
private func onThread(_ body: @escaping @Sendable (IOLoop) throws -> Void) throws {
    final class Outcome: Sendable {
        let failure = Mutex<String?>("it did not end")
    }
    let outcome = Outcome()
    Threads.run {
        do {
            try body(IOLoop.current)
            outcome.failure.withLock { $0 = nil }
        } catch {
            outcome.failure.withLock { $0 = "\(error)" }
        }
    }
    if let failure = outcome.failure.withLock({ $0 }) { throw CheckFailure(description: failure) }
}

private func openDescriptors() -> Int {
    (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 }
}

var closingChecks: [Check] {
    [
        Check("a closed loop drops handlers and timeouts without a call, and frees them") { _ in
            try onThread { loop in
                final class Held {}
                weak var held: Held?
                let pair = try Pair()
                do {
                    let object = Held()
                    held = object
                    try loop.addHandler(pair.first, .read) { _, _ in _ = object }
                    for _ in 0..<1000 { loop.callLater(0) { _ = object } }
                }
                pair.send()
                try loop.close()
                try expect(held == nil, "what they held is not freed")
                try expect(IOLoop.current !== loop, "it is still the current one")
                try IOLoop.current.close()
            }
        },
        Check("a closed loop refuses everything with an error, and drops callbacks of other threads") { _ in
            try onThread { loop in
                try loop.close()
                try loop.close()
                do {
                    try loop.start()
                    try expect(false, "it started")
                } catch let error as IOLoopError {
                    try expect(error.code == .closed, "\(error)")
                }
                loop.addCallback {}
                loop.stop()
                Threads.run { loop.addCallback {} }
                try expect(!loop.isRunning, "it runs")
            }
        },
        Check("a running loop cannot be closed") { _ in
            try onThread { loop in
                var code: IOLoopError.Code?
                loop.spawnCallback {
                    do {
                        try loop.close()
                    } catch let error as IOLoopError {
                        code = error.code
                    }
                    loop.stop()
                }
                try loop.start()
                try loop.close()
                try expect(code == .busy, "it was closed")
            }
        },
        Check("closing can close the descriptors that have handlers") { _ in
            try onThread { loop in
                let pair = try Pair()
                let copy = dup(pair.first)
                try loop.addHandler(copy, .read) { _, _ in }
                try loop.close(allDescriptors: true)
                try expect(fcntl(copy, F_GETFD) < 0, "it is open")
            }
        },
        Check("a hundred loops made and closed leave no descriptor behind") { _ in
            let before = openDescriptors()
            try onThread { first in
                try first.close()
                for _ in 0..<100 {
                    let loop = IOLoop.current
                    let pair = try Pair()
                    try loop.addHandler(pair.first, .error) { _, _ in }
                    loop.callLater(0.0001) { loop.stop() }
                    try loop.start()
                    try loop.close()
                }
            }
            try expect(openDescriptors(), equals: before)
        },
        Check("a task on another thread's loop stays on it, while the main loop runs") { main in
            final class Outcome: @unchecked Sendable {
                // Written before the loop is told to stop, read after it has.
                var isThere = false
            }
            let outcome = Outcome()
            Threads.start {
                let loop = IOLoop.current
                let isThere = try? loop.runSync(timeout: .seconds(5)) {
                    let before = loop.isOnThread
                    await Task.yield()
                    try await Task.sleep(for: .milliseconds(2))
                    return before && loop.isOnThread
                }
                try? loop.close()
                outcome.isThere = isThere ?? false
                main.addCallback { main.stop() }
            }
            try expect(try main.start(limit: 6), "it hangs")
            try expect(outcome.isThere, "it went elsewhere")
        },
    ]
}
