// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import CMonkeyPatch
import Glibc
import Greenlets
import Testing

@Suite("Greenlets switch")
struct SwitchTests {
    @Test("the table is complete, and tells libc's own functions and no others")
    func table() {
        gt_libc_prepare()
        let table = GreenletRuntime.table.pointee
        #expect(table.size == UInt32(MemoryLayout<gt_suspend>.size))
        #expect(table.original("recv") == dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), "recv"))
        #expect(table.original("no_such_call") == nil)
    }

    @Test("spawned ones run in the loop's next turn, in order", arguments: LoopChoice.allCases)
    func order(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let log = Shared<[Int]>([])
            for number in 0..<5 { hub.spawn { log.value.append(number) } }
            #expect(log.value.isEmpty)
            #expect(hub.suspend.yield() == 0)
            #expect(log.value == [0, 1, 2, 3, 4])
        }
    }

    @Test("GT_SPAWN_NOW runs at once from the loop, and later from a greenlet", arguments: LoopChoice.allCases)
    func now(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let log = Shared<[String]>([])
            hub.addCallback {
                hub.spawn(now: true) {
                    log.value.append("outer")
                    hub.spawn(now: true) { log.value.append("inner") }
                    log.value.append("outer ends")
                }
                log.value.append("callback")
                hub.addCallback { hub.stop() }
            }
            hub.start()
            #expect(log.value == ["outer", "outer ends", "callback", "inner"])
        }
    }

    @Test("the loop's callbacks are no greenlet, and cannot wait", arguments: LoopChoice.allCases)
    func callbacksCannotWait(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            #expect(hub.suspend.current() != nil)
            hub.addCallback {
                #expect(hub.suspend.current() == nil)
                #expect(hub.suspend.park(.infinity, "never") == -EINVAL)
                #expect(hub.suspend.yield() == -EINVAL)
                #expect(gt_wait_fd(0, UInt32(GT_READ), .infinity, "never") == -EINVAL)
                hub.stop()
            }
            hub.start()
            #expect(hub.suspend.current() != nil)
        }
    }

    @Test("control goes to a target at once, and back to the parent at the end", arguments: LoopChoice.allCases)
    func switchTo(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let log = Shared<[String]>([])
            hub.spawn("first") {
                let first = hub.suspend.current()
                log.value.append("first")
                let second = hub.spawn("second") {
                    log.value.append("second")
                    #expect(hub.suspend.switch_to(first) == 0)
                    log.value.append("second again")
                }
                hub.suspend.set_parent(second, first)
                #expect(hub.suspend.switch_to(second) == 0)
                log.value.append("first again")
                #expect(hub.suspend.switch_to(second) == 0)
                log.value.append("first ends")
            }
            hub.drain()
            #expect(log.value == ["first", "second", "first again", "second again", "first ends"])
        }
    }

    @Test("a callback of the loop switches to a greenlet that switched to the loop", arguments: LoopChoice.allCases)
    func callbackSwitches(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let log = Shared<[String]>([])
            hub.spawn {
                let me = hub.suspend.current()
                hub.addCallback {
                    log.value.append("callback")
                    #expect(hub.suspend.switch_to(me) == 0)
                    log.value.append("callback ends")
                }
                #expect(hub.suspend.switch_to(nil) == 0)
                log.value.append("resumed")
            }
            hub.drain()
            #expect(log.value == ["callback", "resumed", "callback ends"])
        }
    }

    @Test("one that runs, or waits for something else, is no target", arguments: LoopChoice.allCases)
    func wrongTargets(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let sleeper = hub.spawn { _ = gt_wait_until(hub.now + 0.05, "sleep") }
            _ = hub.suspend.yield()
            #expect(hub.suspend.switch_to(sleeper) == -EINVAL)
        }
    }

    @Test("open accesses stay with their stack", arguments: LoopChoice.allCases)
    func exclusivity(_ choice: LoopChoice) throws {
        final class Counter { var value = 0 }
        try HubThread.run(choice) { hub in
            let counters = (0..<10).map { _ in Counter() }
            for counter in counters { hub.spawn { waitInside(&counter.value, hub) } }
            hub.drain()
            #expect(counters.allSatisfy { $0.value == 2 })
        }
    }

    @Test("defer, errors and deinit work on a switched stack", arguments: LoopChoice.allCases)
    func unwinding(_ choice: LoopChoice) throws {
        struct Failure: Error {}
        final class Witness {
            let log: Shared<[String]>
            init(_ log: Shared<[String]>) { self.log = log }
            deinit { self.log.value.append("deinit") }
        }
        try HubThread.run(choice) { hub in
            let log = Shared<[String]>([])
            func fail(_ depth: Int) throws {
                let witness = Witness(log)
                defer { log.value.append("defer") }
                _ = hub.suspend.yield()
                if depth == 0 { throw Failure() }
                try fail(depth - 1)
                withExtendedLifetime(witness) {}
            }
            hub.spawn {
                do { try fail(1) } catch { log.value.append("caught") }
            }
            hub.drain()
            #expect(log.value == ["defer", "deinit", "defer", "deinit", "caught"])
        }
    }

    @Test("100,000 live at once, and none is left", arguments: LoopChoice.allCases)
    func many(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let sum = Shared(0)
            let until = hub.now + 0.2
            for _ in 0..<100_000 {
                hub.spawn {
                    _ = gt_wait_until(until, "sleep")
                    sum.value += 1
                }
            }
            _ = hub.suspend.yield()
            #expect(HubThread.counts.live == 100_000)
            hub.drain()
            #expect(sum.value == 100_000)
        }
    }
}

private func waitInside(_ value: inout Int, _ hub: HubThread) {
    value += 1
    _ = hub.suspend.yield()
    value += 1
}
