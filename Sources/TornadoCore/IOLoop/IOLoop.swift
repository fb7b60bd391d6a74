// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// An event loop: descriptors, timeouts and callbacks, one at a time, on one thread.
///
/// ```swift
/// let loop = IOLoop.current
/// loop.callLater(1.5) { print("later"); loop.stop() }
/// try loop.start()
/// ```
///
/// A loop belongs to the thread that first asked for ``current``. Only ``addCallback(_:)`` and
/// ``addCallbackFromSignal(_:)`` may be called from elsewhere; every other call from elsewhere is a programmer's error and
/// traps. In one turn the loop calls the handlers of ready descriptors, then the timeouts that are due, then the callbacks
/// queued by then. An error thrown by any of them is logged, and the loop goes on.
///
/// - Note: The unchecked conformance is sound because what other threads may touch is constant or behind `gate`, and the
///   rest checks its thread.
public final class IOLoop: @unchecked Sendable {
    /// What to wait for on a descriptor, and what happened to it: Tornado's numbers.
    public struct Events: OptionSet, Hashable, Sendable {
        /// The bits, as the plugin header has them.
        public let rawValue: UInt32

        /// Events from the plugin header's bits.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Nothing but errors, which are always told.
        public static let none: Events = []
        /// Reading would not block.
        public static let read = Events(rawValue: UInt32(GT_READ))
        /// Writing would not block.
        public static let write = Events(rawValue: UInt32(GT_WRITE))
        /// An error, or the peer has hung up.
        ///
        /// Told whether asked for or not.
        public static let error = Events(rawValue: UInt32(GT_ERROR))
    }

    // Constant.
    let table: UnsafePointer<gt_ioloop>
    let handle: OpaquePointer
    private let thread: pthread_t

    // The loop's thread's own.
    var handlers: [Int32: DescriptorHandler] = [:]
    var timeouts = TimeoutList()
    /// What the framework keeps one of for each loop, by its type; dropped when the loop is closed.
    package var attachments: [ObjectIdentifier: AnyObject] = [:]
    private(set) var isClosed = false
    private(set) lazy var jobs = LoopJobs(loop: self)
    private(set) lazy var scratch = StreamScratch()

    /// What other threads go through when they use the handle.
    private let gate = ClosingGate()

    init(table: UnsafePointer<gt_ioloop>, handle: OpaquePointer) {
        self.table = table
        self.handle = handle
        self.thread = pthread_self()
    }

    /// The calling thread's loop, made on the first call by whatever is registered in ``Registry/ioloop``.
    ///
    /// Traps if the system can give no loop (it has run out of descriptors or memory).
    public static var current: IOLoop { CurrentLoop.get() }

    /// Whether the caller is on the loop's thread.
    public var isOnThread: Bool { pthread_equal(self.thread, pthread_self()) != 0 }

    // MARK: Running

    /// Runs the loop until ``stop()``.
    ///
    /// - Throws: ``IOLoopError`` if it runs already, is closed, or the system fails it.
    public func start() throws {
        try self.checkOpen("IOLoop.start")
        let code = self.table.pointee.start(self.handle)
        guard code < 0 else { return }
        if code == -EALREADY {
            throw IOLoopError(
                .alreadyRunning,
                "IOLoop.start was called while this loop runs: call it once, and add callbacks to the running loop",
                errno: EALREADY
            )
        }
        throw IOLoopError.system(code, "The event loop cannot wait for its descriptors")
    }

    /// Makes ``start()`` return after the present turn; before it, makes the next one return at once.
    ///
    /// From another thread or a task elsewhere: `loop.addCallback { loop.stop() }`.
    public func stop() {
        self.checkThread("IOLoop.stop")
        if !self.isClosed { self.table.pointee.stop(self.handle) }
    }

    /// Whether the loop runs: inside ``start()``, or in turns where the app's main waits without it, as it may under
    /// gtornado.
    public var isRunning: Bool {
        !self.isClosed && self.table.pointee.is_running(self.handle) != 0
    }

    /// Seconds on a clock that never goes back, as deadlines count them.
    ///
    /// From any thread.
    public func time() -> Double {
        self.table.pointee.time(self.handle)
    }

    /// What the loop waits with: "epoll", "poll" or "select".
    public var backend: String {
        guard !self.isClosed, let backend = self.table.pointee.backend(self.handle) else { return "closed" }
        return String(cString: backend)
    }

    /// Frees the loop: handlers, timeouts and callbacks are dropped without a call.
    ///
    /// ``current`` then makes a new one.
    ///
    /// - Parameter allDescriptors: Also close every descriptor that has a handler.
    /// - Throws: ``IOLoopError`` if the loop runs, or if Swift's tasks live on it, as on the main thread's.
    public func close(allDescriptors: Bool = false) throws {
        self.checkThread("IOLoop.close")
        guard !self.isClosed else { return }
        guard !LoopConcurrency.isInstalled(on: self) else {
            throw IOLoopError(
                .busy,
                "The main thread's event loop cannot be closed: Swift's tasks run on it as long as the process lives; "
                    + "stop it instead",
                errno: EBUSY
            )
        }
        if self.isRunning {
            throw IOLoopError(.busy, "The event loop cannot be closed while it runs: stop it first", errno: EBUSY)
        }
        // While handlers can still be removed: what is dropped may have some of its own.
        withExtendedLifetime(self.attachments) { self.attachments = [:] }
        self.gate.close()
        let code = self.table.pointee.close(self.handle)
        if code < 0 {
            self.gate.open()
            throw IOLoopError.system(code, "The event loop cannot be closed")
        }
        self.isClosed = true
        // Moved out first: what a closure holds may come back to this loop when it is freed.
        let handlers = self.handlers
        self.handlers = [:]
        var timeouts = self.timeouts
        self.timeouts = TimeoutList()
        if allDescriptors { for fd in handlers.keys { Glibc.close(fd) } }
        timeouts.removeAll()
        CurrentLoop.forget(self)
    }

    /// Makes the calling thread forget this loop if it is its ``current`` one, without closing it.
    public func clearCurrent() {
        CurrentLoop.forget(self)
    }

    /// Makes this loop the calling thread's ``current`` one again; it must be the thread's own.
    public func makeCurrent() {
        self.checkThread("IOLoop.makeCurrent")
        CurrentLoop.set(self)
    }

    // MARK: For the rest of the framework

    /// Queues a C callback from any thread.
    ///
    /// Returns false if the loop is closed.
    @discardableResult
    func add(_ callback: @escaping gt_callback, _ context: UnsafeMutableRawPointer?) -> Bool {
        if self.isOnThread {
            return !self.isClosed && self.table.pointee.add_callback(self.handle, callback, context) == 0
        }
        return self.gate.ifOpen { self.table.pointee.add_callback(self.handle, callback, context) == 0 } ?? false
    }

    func checkOpen(_ name: StaticString) throws {
        self.checkThread(name)
        guard self.isClosed else { return }
        throw IOLoopError(.closed, "\(name) was called on a closed event loop; IOLoop.current makes a new one")
    }

    @inline(__always)
    func checkThread(_ name: StaticString) {
        if !self.isOnThread { Self.trapForeignThread(name) }
    }

    @inline(never)
    private static func trapForeignThread(_ name: StaticString) -> Never {
        trap(
            """
            \(name) was called on a thread that this event loop does not belong to. A loop and all that hangs on it \
            belong to one thread; from others, only addCallback may be used: loop.addCallback { ... } runs its closure \
            on the loop's thread.
            """
        )
    }
}
