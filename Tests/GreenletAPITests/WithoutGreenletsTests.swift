// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import Glibc
import Synchronization
import Testing
import TornadoCore

/// In a process of its own, where nobody fills the slot `suspend`.
@Suite("Without greenlets")
struct WithoutGreenletsTests {
    @Test("spawn says what to do")
    func spawn() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Greenlet.spawn {}
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Greenlet.spawn needs greenlets"))
        #expect(text.contains("gtornado run ./libapp.so"))
        #expect(text.contains("Monkey.patchAll()"))
    }

    @Test("current says what to do")
    func current() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Greenlet.current
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Greenlet.current needs greenlets"))
    }

    /// What the threads do, counted.
    private final class Count: Sendable {
        let running = Atomic(0)
        let most = Atomic(0)
        let done = Atomic(0)

        func work() {
            let running = self.running.add(1, ordering: .relaxed).newValue
            self.most.max(running, ordering: .relaxed)
            usleep(20_000)
            self.running.subtract(1, ordering: .relaxed)
            self.done.add(1, ordering: .releasing)
        }
    }

    @Test("blocking code has 64 threads at most, and the rest of it waits for one")
    func bound() async throws {
        await #expect(processExitsWith: .success) {
            let count = Count()
            for _ in 0..<200 { #expect(BlockingThreads.add { count.work() } == 0) }
            for _ in 0..<1000 where count.done.load(ordering: .acquiring) < 200 { usleep(10_000) }
            let most = count.most.load(ordering: .relaxed)
            #expect(count.done.load(ordering: .acquiring) == 200)
            #expect(most > 1 && most <= 64)
        }
    }

    @Test("what can throw throws it; what need not wait works; blocking code gets a thread")
    func rest() async throws {
        await #expect(processExitsWith: .success) {
            #expect(!Greenlet.isAvailable)
            func code(_ body: () throws -> Void) -> GreenletError.Code? {
                do { try body() } catch { return (error as? GreenletError)?.code }
                return nil
            }
            #expect(code { try Greenlet.sleep(1) } == .noEngine)
            #expect(code { try Greenlet.yield() } == .noEngine)
            #expect(code { try Timeout.with(1) {} } == .noEngine)
            #expect(code { try Semaphore(0).acquire() } == .noEngine)
            #expect(code { _ = try Queue<Int>().get() } == .noEngine)
            #expect(code { _ = try Channel<Int>().get() } == .noEngine)
            #expect(code { _ = try ThreadPool().apply { 1 } } == .noEngine)
            #expect(code { try Semaphore(1).acquire() } == nil)
            #expect(RunInfo.greenlets().isEmpty)
            let all = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<100 { group.addTask { try await blocking { number } } }
                return try await group.reduce(0, +)
            }
            #expect(all == 4950)
            await #expect(throws: Oops.self) { try await blocking { throw Oops() } }
        }
    }

    @Test("the threads of blocking code take no signals; a system without threads is an error")
    func threads() async throws {
        await #expect(processExitsWith: .success) {
            // From the main thread, which blocks none: those of tasks do.
            let blocked = try await Task { @MainActor in
                try await blocking { () -> [Bool] in
                    var mask = sigset_t()
                    pthread_sigmask(SIG_BLOCK, nil, &mask)
                    return [SIGTERM, SIGUSR1, SIGCHLD, SIGSEGV].map { sigismember(&mask, $0) == 1 }
                }
            }.value
            #expect(blocked == [true, true, true, false])
        }
        await #expect(processExitsWith: .success) {
            // A stack that no address space has room for.
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            var size = 0
            pthread_attr_getstacksize(&attributes, &size)
            #expect(pthread_attr_setstacksize(&attributes, 1 << 50) == 0)
            typealias SetDefaults = @convention(c) (UnsafePointer<pthread_attr_t>) -> Int32
            // A GNU function, which Swift does not see.
            let symbol = try #require(dlsym(nil, "pthread_setattr_default_np"))
            let setDefaults = unsafeBitCast(symbol, to: SetDefaults.self)
            #expect(setDefaults(&attributes) == 0)
            let error = await #expect(throws: GreenletError.self) { try await blocking { 1 } }
            pthread_attr_setstacksize(&attributes, size)
            #expect(setDefaults(&attributes) == 0)
            #expect(error?.errno == EAGAIN)
            #expect(error?.description.contains("no thread") ?? false)
            #expect(try await blocking { 2 } == 2)
        }
    }
}
