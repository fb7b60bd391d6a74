// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Logging
import ProviderKit
import TornadoCore

/// How many requests may be answered by synchronous handlers at once, each in a greenlet of its own.
///
/// Under gtornado `--cores` sets it; an app may do so too, as one that calls `Monkey.patchAll()` must:
///
/// ```swift
/// Cores.current.limit = 100
/// Cores.current.whenFull = .queue(1000)
/// ```
///
/// A request takes a core when its handler is run, body and all unless that is streamed, and gives it back when the
/// handler's method has returned. Asynchronous handlers, error pages of the framework and redirections take none. A
/// waiting request whose client closes its connection, or only its sending half, gives up its place.
///
/// The cores belong to a thread and its loop.
public final class Cores {
    /// What a request sees that comes while every core is busy.
    public enum WhenFull: Sendable, Equatable {
        /// It waits for its turn, and no new connections are accepted meanwhile: the kernel queues them.
        case wait
        /// It waits if fewer than so many do; the rest are answered with 503 and `Retry-After`.
        case queue(Int)
        /// It is answered with 503 and `Retry-After`.
        case refuse
    }

    /// The calling thread's cores.
    public static var current: Cores { ThreadCores.current }

    /// How many may be busy at once; 0 is no limit.
    ///
    /// A lower one waits for those that are busy to end.
    public var limit: Int {
        get { self.most }
        set {
            self.most = max(newValue, 0)
            self.startWaiting()
        }
    }
    /// What the rest see.
    public var whenFull: WhenFull {
        didSet { self.updatePause() }
    }
    /// What `Retry-After` says, in seconds.
    public var retryAfter = 1
    /// How many are busy: with a handler that runs or is waiting for something inside a greenlet.
    public var busy: Int { self.taken }
    /// How many requests wait for a core.
    public var waiting: Int { self.queue.count }
    /// How many requests were answered with 503 so far.
    public private(set) var refused = 0

    private var most: Int
    // Changed for every request: private, so that the compiler sees every access and needs no check at run time.
    private var taken = 0
    /// Whether the queue is not empty.
    private var hasWaiting = false
    private var queue = WaitingLine<CoreWork>()
    private var servers: [HTTPServer] = []
    private var isPaused = false

    init(_ host: HostCores = .current) {
        self.most = host.limit
        self.whenFull =
            switch host.whenFull {
            case UInt32(GT_FULL_QUEUE): .queue(host.queueLimit)
            case UInt32(GT_FULL_REFUSE): .refuse
            default: .wait
            }
    }

    // MARK: Requests

    /// Runs a request's handler in a greenlet, now or when there is a core for it.
    @inline(__always)
    func run(_ work: CoreWork, _ suspend: UnsafePointer<gt_suspend>) {
        if self.most == 0 || (self.taken < self.most && !self.hasWaiting) {
            self.start(work, suspend)
        } else {
            self.overflow(work)
        }
    }

    private func start(_ work: CoreWork, _ suspend: UnsafePointer<gt_suspend>) {
        self.taken += 1
        if work.spawn(suspend) { return }
        let code = errno
        self.taken -= 1
        // A thread without a hub.
        if code == ENOTSUP { return work.runInPlace() }
        Log.general.error("There is no greenlet for a request: \(String(cString: strerror(code)))")
        self.refuse(work)
    }

    private func overflow(_ work: CoreWork) {
        switch self.whenFull {
        case .wait: break
        case .queue(let most): if self.queue.count >= most { return self.refuse(work) }
        case .refuse: return self.refuse(work)
        }
        work.request.parsed.place = self.queue.add(work)
        self.queueChanged()
    }

    private func refuse(_ work: CoreWork) {
        self.refused += 1
        work.refuse(retryAfter: self.retryAfter)
    }

    /// A greenlet has done its request.
    func release() {
        self.taken -= 1
        if self.hasWaiting { self.startWaiting() }
    }

    /// The request does not wait any more.
    func leave(_ place: WaitingLine<CoreWork>.Place) {
        self.queue.remove(place)
        self.queueChanged()
    }

    private func startWaiting() {
        while self.most == 0 || self.taken < self.most, let work = self.queue.popFirst() {
            work.request.parsed.place = nil
            guard let suspend = work.request.server.suspend else { continue }
            self.start(work, suspend)
        }
        self.queueChanged()
    }

    private func queueChanged() {
        self.hasWaiting = !self.queue.isEmpty
        self.updatePause()
    }

    // MARK: Servers

    /// A server that uses these cores listens.
    func add(_ server: HTTPServer) {
        self.servers.append(server)
        server.isPaused = self.isPaused
    }

    func remove(_ server: HTTPServer) {
        self.servers.removeAll { $0 === server }
    }

    private func updatePause() {
        let isPaused = self.whenFull == .wait && self.hasWaiting
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        for server in self.servers { server.isPaused = isPaused }
    }

    /// Says that a limit without greenlets limits nothing.
    func warnWithoutEngine() {
        guard self.most > 0 else { return }
        Log.general.warning(
            """
            Cores.limit is \(self.most), but nothing here can suspend a handler: synchronous handlers run one after \
            another, and each blocks the loop while it waits. Run the app with `gtornado run`, or call \
            Monkey.patchAll() before anything else.
            """
        )
    }
}

/// A thread's own cores, in thread-specific storage, which holds one reference to them.
private enum ThreadCores {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { cores in
            if let cores { Unmanaged<Cores>.fromOpaque(cores).release() }
        }
        demand(code == 0, "This process has used up its thread-specific keys, and Cores.current needs one.")
        return key
    }()

    static var current: Cores {
        if let place = pthread_getspecific(self.key) {
            return Unmanaged<Cores>.fromOpaque(place).takeUnretainedValue()
        }
        let cores = Cores()
        pthread_setspecific(self.key, Unmanaged.passRetained(cores).toOpaque())
        return cores
    }
}
