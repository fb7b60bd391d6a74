// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import CMonkeyPatch
import Glibc
import Testing

/// What compilers call for lazy globals and local statics, as patched code calls it.
@Suite("Initialisers of Swift and C++ that are suspended")
struct OnceTests {
    private typealias Initialiser = @convention(c) (UnsafeMutableRawPointer?) -> Void
    private typealias SwiftOnce =
        @convention(c) (UnsafeMutablePointer<Int>, Initialiser, UnsafeMutableRawPointer?) -> Void
    private typealias Acquire = @convention(c) (UnsafeMutablePointer<Int64>) -> Int32
    private typealias Release = @convention(c) (UnsafeMutablePointer<Int64>) -> Void

    /// The cooperative function; the original must be there, in a process with both runtimes.
    private static func cooperative(_ name: String) throws -> UnsafeMutableRawPointer {
        let row = try #require(gt_libc_find(name))
        try #require(row.pointee.original != nil, "\(name)")
        return try #require(row.pointee.cooperative)
    }

    @Test("a Swift global's second user waits like a greenlet", arguments: LoopChoice.allCases)
    func swiftGlobal(_ choice: LoopChoice) throws {
        let once = unsafeBitCast(try Self.cooperative("swift_once"), to: SwiftOnce.self)
        try HubThread.run(choice) { hub in
            let token = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            let value = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            token.initialize(to: 0)
            value.initialize(to: 0)
            let seen = Shared<[Int]>([])
            for _ in 0..<3 {
                hub.spawn {
                    once(
                        token,
                        { value in
                            _ = gt_wait_until(gt_now() + 0.05, "connect")
                            value.unsafelyUnwrapped.assumingMemoryBound(to: Int.self).pointee += 7
                        },
                        value
                    )
                    seen.value.append(value.pointee)
                }
            }
            hub.drain()
            once(token, { _ in Issue.record("it runs once") }, nil)
            #expect(seen.value == [7, 7, 7])
            token.deallocate()
            value.deallocate()
        }
    }

    @Test("a C++ static's second user waits; one who gives up is followed", arguments: LoopChoice.allCases)
    func cxxStatic(_ choice: LoopChoice) throws {
        let acquire = unsafeBitCast(try Self.cooperative("__cxa_guard_acquire"), to: Acquire.self)
        let release = unsafeBitCast(try Self.cooperative("__cxa_guard_release"), to: Release.self)
        let abort = unsafeBitCast(try Self.cooperative("__cxa_guard_abort"), to: Release.self)
        try HubThread.run(choice) { hub in
            let guarding = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
            guarding.initialize(to: 0)
            let order = Shared<[String]>([])
            for number in 0..<3 {
                hub.spawn {
                    guard acquire(guarding) != 0 else { return order.value.append("\(number) finds it") }
                    _ = gt_wait_until(gt_now() + 0.03, "connect")
                    // The first one's initialiser throws.
                    order.value.append(number == 0 ? "0 gives up" : "made")
                    if number == 0 { abort(guarding) } else { release(guarding) }
                }
            }
            hub.drain()
            #expect(order.value.prefix(2) == ["0 gives up", "made"])
            #expect(order.value.count == 3)
            #expect(order.value.last?.hasSuffix("finds it") == true)
            guarding.deallocate()
        }
    }
}
