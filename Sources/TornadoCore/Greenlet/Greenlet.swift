// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// Code on a stack of its own, which waits without holding the thread up: many of them share a loop's thread.
///
/// ```swift
/// let page = Greenlet.spawn { try fetch("http://localhost:8888/") }  // plain blocking code
/// let other = Greenlet.spawn(name: "other") { try fetch("http://localhost:8889/") }
/// print(try page.get(), try other.get())
/// ```
///
/// Greenlets need gtornado (or `Monkey.patchAll()`): see ``isAvailable``. They run one at a time, on the thread of the loop,
/// until they wait: in calls of this framework, and in libc's calls of plain code and C libraries. What
/// ``spawn(name:fileID:line:_:)`` returns is a ``GreenletOf``, which also has the result; this class is what all greenlets
/// have in common. An error that one throws is logged with its name and place, and thrown by `get`.
///
/// Nothing may be open over a wait that belongs to the thread and not to the greenlet: no `Mutex` held, no `TaskLocal`
/// bound; ``GreenletLocal`` is the way to carry context. Inside Swift's tasks nothing waits like this: see
/// ``blocking(name:fileID:line:_:)``.
///
/// - Note: The unchecked conformance is sound because a greenlet belongs to one thread, and every call checks that.
public class Greenlet: @unchecked Sendable {
    enum Kind: UInt8 {
        case spawned
        /// Made by somebody else: the app's main, a request's.
        case adopted
        /// No greenlet: the loop itself.
        case loop
    }

    enum Phase: UInt8 {
        case unstarted
        case scheduled
        case ready
        case running
        case ended
    }

    let thread = LoopThread()
    let kind: Kind
    /// Whether an error that its body throws is logged; not where somebody waits for it who will get it.
    var logsErrors = true
    /// The number by which an adopted one is told from its handle's later owners.
    let adoptedID: UInt64
    private let fileID: StaticString
    private let line: UInt32
    private let givenName: String?
    /// Who ran when it was spawned: valid if that one has a lower number.
    private(set) var spawner: OpaquePointer?
    /// The table's handle while it has one: from its start to its end.
    private(set) var handle: OpaquePointer?
    private(set) var phase: Phase
    /// What it ended with, if not with a value.
    final var failure: (any Error)?
    /// What few greenlets need.
    private(set) final var extras: GreenletExtras?

    init(name: String?, fileID: StaticString, line: UInt) {
        self.kind = .spawned
        self.phase = .unstarted
        self.givenName = name
        self.fileID = fileID
        self.line = UInt32(truncatingIfNeeded: line)
        self.adoptedID = 0
    }

    init(kind: Kind) {
        self.kind = kind
        self.phase = .running
        self.givenName = kind == .loop ? "the loop" : nil
        self.fileID = ""
        self.line = 0
        self.adoptedID = 0
    }

    init(adopting handle: OpaquePointer, id: UInt64) {
        self.kind = .adopted
        self.phase = .running
        self.givenName = id == 0 ? "main" : nil
        self.fileID = ""
        self.line = 0
        self.adoptedID = id
        self.handle = handle
    }

    // MARK: Who is who

    /// Whether greenlets can run here: the app runs under gtornado, or has called `Monkey.patchAll()`.
    public static var isAvailable: Bool { GreenletEngine.table != nil }

    /// The greenlet that runs; in a callback of the loop, what stands for the loop.
    ///
    /// The app's main counts as a greenlet as long as the loop does not run. Traps where nobody provides greenlets.
    public static var current: Greenlet {
        let table = GreenletEngine.demanded("Greenlet.current")
        let roster = GreenletRoster.current
        guard let handle = table.pointee.current() else { return roster.loopGreenlet }
        return roster.greenlet(handle, table)
    }

    /// Where control goes when it ends: the greenlet that started it by ``switch(_:)``, else what stands for the loop.
    public final var parent: Greenlet {
        self.thread.check("Greenlet.parent")
        return self.extras?.parent ?? GreenletRoster.current.loopGreenlet
    }

    /// Whether this stands for the loop.
    public final var isLoop: Bool { self.kind == .loop }

    /// The name it was given, else the place where it was spawned.
    public final var name: String {
        if let name = self.givenName { return name }
        if self.isAdopted, let handle = self.handle, let table = GreenletEngine.table {
            let info = GreenletEngine.info(handle, table)
            return info.id == self.adoptedID ? info.name.map { String(cString: $0) } ?? "" : "an ended greenlet"
        }
        return self.spawnedAt
    }

    /// The place where it was spawned: `Module/File.swift:12`; empty if that was not in this app.
    public final var spawnedAt: String { self.line == 0 ? "" : "\(self.fileID):\(self.line)" }

    /// Whether it was told to start; later, too.
    public final var started: Bool {
        self.thread.check("Greenlet.started")
        return self.phase != .unstarted
    }

    /// Whether it has ended, with a value or an error.
    public final var ready: Bool {
        self.thread.check("Greenlet.ready")
        return self.hasEnded
    }

    /// Whether it has ended with a value.
    public final var successful: Bool { self.ready && self.failure == nil }

    /// The error it ended with: ``GreenletExit`` if it was killed.
    ///
    /// Null if it has not ended, or with a value.
    public final var exception: (any Error)? { self.ready ? self.failure : nil }

    final var hasEnded: Bool { self.phase == .ended }

    final var isAdopted: Bool { self.kind == .adopted }

    /// The place for what few greenlets need, made on first use.
    final var more: GreenletExtras {
        if let extras = self.extras { return extras }
        let extras = GreenletExtras()
        self.extras = extras
        return extras
    }

    // MARK: Its life

    /// Calls the body, keeps what it returns, and lets go of it.
    func runBody() {}

    /// Lets go of a body that will not be called.
    func dropBody() {}

    /// The value it ended with, as the parent's `switch` gets it.
    var resultForParent: Any? { nil }

    /// Makes it run in the loop's next turn.
    final func launch(_ table: UnsafePointer<gt_suspend>) {
        self.spawner = table.pointee.current()
        // Unretained: the roster holds it until it ends.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let handle: OpaquePointer?
        if let name = self.givenName {
            handle = name.withCString { table.pointee.spawn(Self.entry, context, $0, 0) }
        } else {
            handle = table.pointee.spawn(Self.entry, context, StaticText.pointer(self.fileID), 0)
        }
        guard let handle else { return self.failToLaunch() }
        self.handle = handle
        self.phase = .ready
        GreenletRoster.current.insert(self, handle)
    }

    final func markScheduled() {
        self.phase = .scheduled
    }

    private static let entry: gt_callback = { context in
        guard let context else { return }
        Unmanaged<Greenlet>.fromOpaque(context).takeUnretainedValue().run()
    }

    private func run() {
        // Killed before it began: its end was told then.
        if self.hasEnded { return self.forgetHandle() }
        self.phase = .running
        self.runBody()
        if let killer = self.extras?.killer { self.failure = killer }
        // Whoever started it by `switch` and does something else by now will not get the error.
        if !self.passOn(), self.extras?.parent != nil { self.logsErrors = true }
        // It is the running greenlet until all is told: what is called at its end asks for it, and for its locals.
        self.finish()
        self.forgetHandle()
    }

    /// Ends it without having run.
    final func endUnrun(with error: any Error) {
        self.failure = error
        // What the body held may come back here when it is freed.
        self.phase = .ended
        self.dropBody()
        self.finish()
    }

    private func failToLaunch() {
        let number = Glibc.errno
        let advice =
            number == ENOTSUP
            ? "only the thread that runs the app's main has greenlets"
            : "where memory is short, a smaller --stack-size may help"
        self.endUnrun(with: GreenletError.system(-number, "Greenlet '\(self.name)' cannot be spawned (\(advice))"))
    }

    private func forgetHandle() {
        guard let handle = self.handle else { return }
        self.handle = nil
        GreenletRoster.current.remove(handle)
    }

    /// Says that the running greenlet, which was spawned through the table itself, is about to end: its locals go.
    package static func endsNow() {
        GreenletRoster.ifAny?.forgetRunning()
    }

    final func endAdopted() {
        self.finish()
        self.handle = nil
    }

    /// Tells everybody who waits for the end.
    private func finish() {
        self.phase = .ended
        if let failure = self.failure, self.logsErrors, !(failure is GreenletExit) { self.log(failure) }
        // Values that are freed may set others: like a thread's, they go in some rounds.
        var rounds = 0
        let parent = self.leaveChildren()
        while let extras = self.extras, rounds < Self.mostRounds {
            self.extras = nil
            extras.end(of: self)
            rounds += 1
        }
        // At the ends of those that it has started, its own parent is theirs.
        if let parent { self.more.parent = parent }
    }

    private static let mostRounds = 4
}
