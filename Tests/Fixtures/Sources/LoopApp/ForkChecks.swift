// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var forkChecks: [Check] {
    [
        Check("after a fork the child's loop goes on with what it had") { loop in
            let pair = try Pair()
            var order: [String] = []
            try loop.addHandler(pair.first, .read) { _, _ in
                order.append("handler")
                pair.drain()
            }
            loop.callLater(0.05) {
                order.append("timeout")
                Threads.start { loop.addCallback { loop.stop() } }
            }
            let child = try forked {
                guard renewed() else { return 1 }
                pair.send()
                guard try loop.start(limit: 10) else { return 2 }
                return order == ["handler", "timeout"] ? 0 : 3
            }
            try expect(exitStatus(of: child), equals: 0)
            try expect(try loop.start(limit: 10), "the parent was not woken")
            try loop.removeHandler(pair.first)
            try expect(order, equals: ["timeout"])
        },
        Check("after a fork nothing that the child does to its loop changes its parent's") { loop in
            let pair = try Pair()
            let failing = try Pair()
            var calls: [String] = []
            try loop.addHandler(pair.first, .read) { _, _ in
                calls.append("readable")
                pair.drain()
            }
            try loop.addHandler(failing.first, .none) { _, events in
                if events.contains(.error) { calls.append("error") }
                try loop.removeHandler(failing.first)
            }
            let child = try forked {
                guard renewed() else { return 1 }
                try loop.removeHandler(pair.first)
                try loop.removeHandler(failing.first)
                Threads.run { loop.addCallback { loop.stop() } }
                return try loop.start(limit: 10) ? 0 : 2
            }
            try expect(exitStatus(of: child), equals: 0)
            pair.send()
            failing.closeSecond()
            let limit = loop.time() + 5
            loop.callLater(0.05) { loop.stop() }
            try loop.start()
            while calls.count < 2, loop.time() < limit {
                loop.callLater(0.05) { loop.stop() }
                try loop.start()
            }
            try loop.removeHandler(pair.first)
            try expect(Set(calls), equals: ["readable", "error"])
        },
    ]
}

private func renewed() -> Bool {
    Registry.ioloop.pointee.after_fork(Registry.ioloop.pointee.current()) == 0
}

/// Runs `body` in a child, which exits with what it returns.
private func forked(_ body: () throws -> Int32) throws -> pid_t {
    // Swift hides the function, since a child that has only one of its parent's threads can do little; this one does not
    // need the others.
    let symbol = dlsym(nil, "fork")
    let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
    let child = fork()
    guard child == 0 else { return child }
    _exit((try? body()) ?? 99)
}

private func exitStatus(of child: pid_t) throws -> Int32 {
    var status: Int32 = 0
    // libc's own: under gtornado the app's would run this loop meanwhile, which would take the child's data. Bounded by
    // the check's watchdog.
    typealias Wait = @convention(c) (pid_t, UnsafeMutablePointer<Int32>?, Int32) -> pid_t
    let wait = unsafeBitCast(dlsym(nil, "waitpid"), to: Wait.self)
    try expect(wait(child, &status, 0) == child, "waitpid: \(String(cString: strerror(errno)))")
    try expect(status & 0x7F == 0, "the child was ended by signal \(status & 0x7F)")
    return (status >> 8) & 0xFF
}
