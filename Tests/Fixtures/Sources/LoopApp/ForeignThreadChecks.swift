// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

var foreignThreadChecks: [Check] {
    [
        Check(task: "an AsyncStream fed by another thread is read on the loop's") {
            let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
            Threads.start {
                for number in 0..<1000 { continuation.yield(number) }
                continuation.finish()
            }
            var next = 0
            for await number in stream {
                try expect(number, equals: next)
                try expectHere("the reader")
                next += 1
            }
            try expect(next, equals: 1000)
        },
        Check(task: "a continuation resumed by another thread goes on on the loop's") {
            for number in 0..<100 {
                let value = await withCheckedContinuation { continuation in
                    Threads.start { continuation.resume(returning: number) }
                }
                try expect(value, equals: number)
                try expectHere("what follows")
            }
        },
        Check("a continuation resumed by another thread wakes a sleeping loop") { loop in
            let begin = loop.time()
            try loop.runSync(timeout: .seconds(5)) {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    Threads.start {
                        usleep(20_000)
                        continuation.resume()
                    }
                }
            }
            try expect(loop.time() - begin < 4, "it took \(loop.time() - begin) s")
        },
        Check("tasks made on another thread run on the loop's") { loop in
            final class Counts: Sendable {
                let here = Atomic<Int>(0)
                let all = Atomic<Int>(0)
            }
            let counts = Counts()
            @Sendable func count() {
                if isOnMainThread() { counts.here.add(1, ordering: .relaxed) }
                if counts.all.add(1, ordering: .relaxed).newValue == 3 { loop.addCallback { loop.stop() } }
            }
            Threads.start {
                Task { count() }
                Task { @MainActor in count() }
                Task {
                    _ = try? await Task.sleep(for: .milliseconds(3))
                    count()
                }
            }
            try expect(try loop.start(limit: 5), "\(counts.all.load(ordering: .relaxed)) of 3 ran")
            try expect(counts.here.load(ordering: .relaxed), equals: 3)
        },
        Check("8 threads make 20,000 tasks each") { loop in
            final class Counts: Sendable {
                let elsewhere = Atomic<Int>(0)
                let all = Atomic<Int>(0)
            }
            let counts = Counts()
            for _ in 0..<8 {
                Threads.start {
                    for _ in 0..<20_000 {
                        Task {
                            if !isOnMainThread() { counts.elsewhere.add(1, ordering: .relaxed) }
                            if counts.all.add(1, ordering: .relaxed).newValue == 160_000 { loop.stop() }
                        }
                    }
                }
            }
            try expect(try loop.start(limit: 25), "\(counts.all.load(ordering: .relaxed)) of 160000 ran")
            try expect(counts.elsewhere.load(ordering: .relaxed), equals: 0)
        },
    ]
}
