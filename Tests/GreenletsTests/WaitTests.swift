// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import Glibc
import Testing

@Suite("Greenlets wait")
struct WaitTests {
    @Test("unpark ends the present park, or the next", arguments: LoopChoice.allCases)
    func unpark(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let codes = Shared<[Int32]>([])
            let waiter = hub.spawn {
                codes.value.append(hub.suspend.park(.infinity, "first"))
                _ = hub.suspend.yield()
                codes.value.append(hub.suspend.park(.infinity, "second"))
            }
            _ = hub.suspend.yield()
            hub.suspend.unpark(waiter)
            _ = hub.suspend.yield()
            hub.suspend.unpark(waiter)
            hub.drain()
            #expect(codes.value == [0, 0])
        }
    }

    @Test("a deadline ends a park, in the main greenlet too", arguments: LoopChoice.allCases)
    func deadline(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let begin = hub.now
            #expect(hub.suspend.park(begin + 0.05, "main") == -ETIMEDOUT)
            #expect(hub.now - begin >= 0.05)
            let code = Shared<Int32>(1)
            hub.spawn { code.value = hub.suspend.park(hub.now + 0.02, "greenlet") }
            hub.drain()
            #expect(code.value == -ETIMEDOUT)
        }
    }

    @Test("an interrupt is sticky until it is taken back", arguments: LoopChoice.allCases)
    func interrupt(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let codes = Shared<[Int32]>([])
            let victim = hub.spawn {
                codes.value.append(hub.suspend.park(.infinity, "park"))
                codes.value.append(gt_wait_until(hub.now + 5, "sleep"))
                codes.value.append(gt_wait_fd(0, UInt32(GT_READ), .infinity, "fd"))
                hub.suspend.interrupt(hub.suspend.current(), 0)
                codes.value.append(gt_wait_until(hub.now + 0.01, "sleep"))
            }
            _ = hub.suspend.yield()
            hub.suspend.interrupt(victim, ECANCELED)
            hub.drain()
            #expect(codes.value == [-ECANCELED, -ECANCELED, -ECANCELED, 0])
        }
    }

    @Test("main is told when nothing could end its wait", arguments: LoopChoice.allCases)
    func deadlock(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            #expect(hub.suspend.park(.infinity, "never") == -EDEADLK)
            #expect(hub.suspend.switch_to(nil) == -EDEADLK)
            let stuck = hub.spawn { _ = hub.suspend.park(.infinity, "for ever") }
            #expect(hub.suspend.park(.infinity, "never") == -EDEADLK)
            hub.suspend.interrupt(stuck, ECANCELED)
        }
    }

    /// A number that no descriptor has, however many other tests of this process have open.
    private static var unopened: Int32 {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int32(min(limit.rlim_max, 1 << 20))
    }

    @Test("descriptors: ready, late, closed", arguments: LoopChoice.allCases)
    func descriptors(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            var pair: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            let (near, far) = (pair[0], pair[1])
            let codes = Shared<[Int32]>([])
            hub.spawn {
                codes.value.append(gt_wait_fd(near, UInt32(GT_READ), hub.now + 0.02, "late"))
                codes.value.append(gt_wait_fd(near, UInt32(GT_WRITE), .infinity, "write"))
                codes.value.append(gt_wait_fd(near, UInt32(GT_READ), .infinity, "read") & Int32(GT_READ))
                codes.value.append(gt_wait_fd(Self.unopened, UInt32(GT_READ), .infinity, "bad"))
                var byte: UInt8 = 0
                _ = read(near, &byte, 1)
                codes.value.append(gt_wait_fd(near, UInt32(GT_READ), .infinity, "closed"))
            }
            _ = gt_wait_until(hub.now + 0.06, "main")
            _ = write(far, "x", 1)
            _ = gt_wait_until(hub.now + 0.03, "main")
            gt_fd_closing(near)
            close(near)
            close(far)
            hub.drain()
            #expect(codes.value == [-ETIMEDOUT, Int32(GT_WRITE), Int32(GT_READ), -EBADF, -EBADF])
        }
    }

    @Test("a regular file is of a kind that is always ready", arguments: LoopChoice.allCases)
    func files(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let file = open("/proc/self/exe", O_RDONLY)
            hub.spawn { #expect(gt_wait_fd(file, UInt32(GT_READ), .infinity, "file") == -EPERM) }
            hub.drain()
            close(file)
        }
    }

    @Test("two may wait for one descriptor", arguments: LoopChoice.allCases)
    func twoOnOne(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            var pair: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
            let (near, far) = (pair[0], pair[1])
            let ended = Shared(0)
            for _ in 0..<2 {
                hub.spawn {
                    #expect(gt_wait_fd(near, UInt32(GT_READ), hub.now + 5, "read") > 0)
                    ended.value += 1
                }
            }
            _ = hub.suspend.yield()
            _ = write(far, "x", 1)
            hub.drain()
            #expect(ended.value == 2)
            close(near)
            close(far)
        }
    }

    @Test("a number given out again is another file", arguments: LoopChoice.allCases)
    func reuse(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            for _ in 0..<20 {
                var pair: [Int32] = [-1, -1]
                socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
                let (near, far) = (pair[0], pair[1])
                let code = Shared<Int32>(0)
                hub.spawn { code.value = gt_wait_fd(near, UInt32(GT_READ), hub.now + 5, "read") }
                _ = hub.suspend.yield()
                _ = write(far, "x", 1)
                hub.drain()
                #expect(code.value > 0)
                // Nobody says so: what the hub remembers of the number is out of date.
                close(near)
                close(far)
            }
        }
    }

    @Test("work on other threads", arguments: LoopChoice.allCases)
    func offload(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let begin = hub.now
            let ended = Shared(0)
            for _ in 0..<8 {
                hub.spawn {
                    var value: Int32 = 0
                    let code = hub.suspend.offload(
                        {
                            usleep(50_000)
                            $0?.assumingMemoryBound(to: Int32.self).pointee = 7
                        },
                        &value
                    )
                    #expect(code == 0)
                    #expect(value == 7)
                    ended.value += 1
                }
            }
            hub.drain()
            #expect(ended.value == 8)
            #expect(hub.now - begin < 0.39)
        }
    }

    /// In a process of its own, as the next one.
    ///
    /// A child has the locks of Swift's runtime as they were at the fork, and nobody gives back those that other threads held.
    /// There is one for each generic type, taken when the type is first used; under ThreadSanitizer whenever it is used.
    @Test("the child of a fork goes on alone", arguments: LoopChoice.allCases)
    func forked(_ choice: LoopChoice) async {
        await #expect(processExitsWith: .success) { [choice] in
            try HubThread.run(choice) { hub in
                let ran = Shared(false)
                hub.spawn {
                    _ = gt_wait_until(hub.now + 0.05, "parent's")
                    ran.value = true
                }
                _ = hub.suspend.yield()
                let child = forkProcess()
                if child == 0 {
                    gt_hub_after_fork()
                    let code = gt_wait_until(hub.now + 0.1, "child")
                    _exit(code == 0 && !ran.value ? 0 : 1)
                }
                var status: Int32 = -1
                waitpid(child, &status, 0)
                #expect(status == 0)
                hub.drain()
                #expect(ran.value)
            }
        }
    }

    @Test("main goes on in a child that a greenlet has forked", arguments: LoopChoice.allCases)
    func forkedWhileMainWaits(_ choice: LoopChoice) async {
        await #expect(processExitsWith: .success) { [choice] in
            try HubThread.run(choice) { hub in
                var pair: [Int32] = [-1, -1]
                socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
                let child = Shared<pid_t>(-1)
                let left = hub.spawn { _ = hub.suspend.park(.infinity, "parent's") }
                hub.spawn {
                    child.value = forkProcess()
                    if child.value == 0 { gt_hub_after_fork() }
                }
                let code = gt_wait_fd(pair[0], UInt32(GT_READ), hub.now + 0.5, "main")
                if child.value == 0 {
                    let counts = HubThread.counts
                    let isAlone = counts.live == 0 && counts.waiting == 0 && hub.suspend.switch_to(left) == -EINVAL
                    _exit(code == 0 && isAlone && gt_wait_until(hub.now + 0.02, "child") == 0 ? 0 : 1)
                }
                #expect(code == -ETIMEDOUT)
                var status: Int32 = -1
                waitpid(child.value, &status, 0)
                #expect(status == 0)
                hub.suspend.unpark(left)
                hub.drain()
                for fd in pair { close(fd) }
            }
        }
    }

    @Test("a loop is closed together with its hub, if no greenlet is left", arguments: LoopChoice.allCases)
    func closedLoop(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let last = hub.spawn { _ = hub.suspend.park(.infinity, "last") }
            _ = hub.suspend.yield()
            #expect(hub.ioloop.close(hub.loop) == -EBUSY)
            hub.suspend.unpark(last)
            hub.drain()
            #expect(hub.ioloop.close(hub.loop) == 0)
            #expect(gt_hub_current() == nil)
            #expect(hub.suspend.current() == nil)
        }
    }

    @Test("nobody is suspended between pin and unpin", arguments: LoopChoice.allCases)
    func pinned(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            hub.spawn {
                gt_pin()
                #expect(gt_may_switch() == 0)
                #expect(gt_wait_until(hub.now + 5, "sleep") == -EDEADLK)
                gt_unpin()
                #expect(gt_wait_until(hub.now + 0.01, "sleep") == 0)
            }
            hub.drain()
        }
    }

    @Test("a frame of tens of kilobytes does not step over the guard", arguments: LoopChoice.allCases)
    func guarded(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            hub.spawn {
                // It lies at the top of its own stack, and the guard ends `size` bytes below that. No variable's address: one
                // may lie elsewhere, under AddressSanitizer.
                let here = UnsafeRawPointer(hub.suspend.current().unsafelyUnwrapped)
                var size = 0
                var name = [CChar](repeating: 0, count: 48)
                #expect(gt_greenlet_of_address(here, &name, &size) == 1)
                let below = here - size
                #expect(gt_greenlet_of_address(below + 4 * 1024, &name, &size) == 1)
                #expect(gt_greenlet_of_address(below - 16 * 1024, &name, &size) == 2)
                #expect(gt_greenlet_of_address(below - 48 * 1024, &name, &size) == 2)
            }
            hub.drain()
        }
    }

    @Test("what is told of greenlets", arguments: LoopChoice.allCases)
    func info(_ choice: LoopChoice) throws {
        try HubThread.run(choice) { hub in
            let sleeper = hub.spawn("GET /sleep") { _ = gt_wait_until(hub.now + 0.05, "sleep") }
            _ = hub.suspend.yield()
            var info = gt_greenlet_info()
            info.size = UInt32(MemoryLayout<gt_greenlet_info>.size)
            hub.suspend.info(sleeper, &info)
            #expect(info.name.map { String(cString: $0) } == "GET /sleep")
            #expect(info.waits_for.map { String(cString: $0) } == "sleep")
            #expect(info.state == UInt32(GT_GREENLET_WAITING))
            #expect(info.stack_size == 256 * 1024)
            #expect(info.stack_used > 64)
            #expect(info.stack_used < 64 * 1024)
            var frames = [UnsafeMutableRawPointer?](repeating: nil, count: 32)
            #expect(hub.suspend.backtrace(sleeper, &frames, frames.count) > 2)
        }
    }
}

private func forkProcess() -> pid_t {
    // Swift hides the function, since a child that has only one of its parent's threads can do little; this one only
    // waits and exits.
    unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> pid_t).self)()
}
