// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

extension Greenlet {
    /// Suspends the caller and goes on in this greenlet, whose own `switch` returns `value`.
    ///
    /// The caller goes on when somebody switches to it. On the ``parent`` that stands for the loop, it lets the loop run;
    /// this is how plain code waits for a callback:
    ///
    /// ```swift
    /// let caller = Greenlet.current
    /// IOLoop.current.callLater(1) { try caller.switch("a second later") }
    /// let word = try caller.parent.switch() as? String
    /// ```
    ///
    /// Called in a callback of the loop, which cannot be suspended, it returns null when the greenlet waits again. A value
    /// that a callback passes before the greenlet waits for one is kept for it. A greenlet that was not started starts, with
    /// the caller as its parent: when it ends, the caller's `switch` returns its value, or throws its error.
    ///
    /// - Parameter value: What the greenlet's own `switch` returns; in one that has not begun, what a body gets that was
    ///   given to ``GreenletOf/init(name:fileID:line:receiving:)``. Dropped by any other body, and where this stands for the
    ///   loop.
    /// - Returns: What was passed by whoever switched back.
    /// - Throws: ``GreenletError`` if it has ended, waits for something else, or could not be started; what was thrown into
    ///   the caller meanwhile.
    @discardableResult
    public final func `switch`(_ value: Any? = nil) throws -> Any? {
        self.thread.check("Greenlet.switch")
        let table = try GreenletEngine.required("Greenlet.switch")
        guard !self.hasEnded else { throw self.endedError("switch to") }
        let caller = table.pointee.current().map { GreenletRoster.current.greenlet($0, table) }
        if self === caller { return value }
        if self.isLoop { return try caller?.awaitMail(table) { try $0.parkForMail() } }
        guard let caller else {
            self.post(value, begins: self.isUnstarted)
            self.goOnFromLoop(table)
            return nil
        }
        try self.checkSwitchable()
        try caller.throwInterruption(table)
        // Others may have run meanwhile.
        guard !self.hasEnded else { throw self.endedError("switch to") }
        self.post(value, begins: self.isUnstarted || self.phase == .ready)
        return try self.goOn(from: caller, table)
    }

    private var isUnstarted: Bool { self.phase == .unstarted || self.phase == .scheduled }

    /// What is passed to one that begins with it is not what its own first `switch` returns.
    private func post(_ value: Any?, begins: Bool) {
        if begins { self.more.exchangeOpening(value) } else { self.more.post(value) }
    }

    /// What the running greenlet was begun with.
    final func takeOpening() -> Any? {
        self.extras?.exchangeOpening(nil) ?? self.takeMail()
    }

    /// What was passed to the running greenlet, if anything was and nobody took it.
    final func takeMail() -> Any? {
        guard let extras = self.extras, extras.hasMail else { return nil }
        return extras.takeMail()
    }

    /// Gives its parent, at its end, what the parent waits for.
    ///
    /// - Returns: Whether there was a parent that did.
    final func passOn() -> Bool {
        guard let first = self.extras?.parent, let parent = first.livingSelfOrParent, let extras = parent.extras,
            extras.awaitsMail
        else { return false }
        if parent !== first, let handle = self.handle {
            GreenletEngine.table?.pointee.set_parent(handle, parent.handle)
        }
        if let failure = self.failure, !(failure is GreenletExit) {
            extras.thrown.append(failure)
        } else {
            extras.post(self.failure == nil ? self.resultForParent : nil)
        }
        // The table goes on in a parent that is inside of switch_to(), and in no other.
        if extras.isParkedForMail, let handle = parent.handle { GreenletEngine.table?.pointee.unpark(handle) }
        return true
    }

    /// Says that it has ended to its parent, who takes over its living children.
    ///
    /// - Returns: The parent, if there are any.
    final func leaveChildren() -> Greenlet? {
        guard let extras = self.extras, let parent = extras.parent?.livingSelfOrParent else { return nil }
        parent.more.children += extras.children - 1
        return extras.children > 0 ? parent : nil
    }

    /// This one, or in place of one that has ended, its parent.
    final var livingSelfOrParent: Greenlet? {
        var greenlet: Greenlet? = self
        while let ended = greenlet, ended.hasEnded { greenlet = ended.extras?.parent }
        return greenlet
    }

    private func checkSwitchable() throws {
        let awaitsMail = self.extras?.awaitsMail ?? false
        guard self.phase == .running, !awaitsMail, self.isParkedElsewhere else { return }
        throw GreenletError(
            .notSwitchable,
            "Greenlet '\(self.name)' cannot be switched to: it waits for something else than a switch"
        )
    }

    private var isParkedElsewhere: Bool {
        guard let handle = self.handle, let table = GreenletEngine.table else { return false }
        // A greenlet of somebody else's may wait in the table's own switch_to().
        return !self.isAdopted && GreenletEngine.info(handle, table).state == UInt32(GT_GREENLET_WAITING)
    }

    /// From a callback of the loop, which gets control back when the greenlet waits again.
    private func goOnFromLoop(_ table: UnsafePointer<gt_suspend>) {
        if self.isUnstarted {
            self.start()
        } else if self.extras?.awaitsMail == true, let handle = self.handle {
            _ = table.pointee.switch_to(handle)
        }
    }

    /// From another greenlet.
    private func goOn(from caller: Greenlet, _ table: UnsafePointer<gt_suspend>) throws -> Any? {
        if self.isUnstarted {
            self.more.parent = caller
            caller.more.children += 1
            self.logsErrors = false
            self.start()
            guard let handle = self.handle else { throw self.failure ?? self.endedError("switch to") }
            table.pointee.set_parent(handle, caller.handle)
        }
        if caller.extras?.hasMail == true {
            // What a callback has passed to the caller meanwhile is not lost, nor is this greenlet's turn.
            IOLoop.current.spawnCallback { self.goOnFromLoop(table) }
            return caller.takeMail()
        }
        var isFirst = true
        return try caller.awaitMail(table) { caller in
            // Only the first time: who comes back without mail was unparked for something that is over.
            guard isFirst, let handle = self.handle else { return try caller.parkForMail() }
            isFirst = false
            let code = table.pointee.switch_to(handle)
            if code < 0, let error = Parking.error(code, "Greenlet.switch", table) { throw error }
        }
    }

    private func parkForMail() throws {
        self.more.isParkedForMail = true
        defer { self.more.isParkedForMail = false }
        _ = try Parking.park(until: .infinity, "Greenlet.switch")
    }

    /// Suspends this greenlet, the running one, by `suspend` until it has mail or something was thrown into it.
    private func awaitMail(
        _ table: UnsafePointer<gt_suspend>,
        _ suspend: (Greenlet) throws -> Void
    ) throws -> Any? {
        let extras = self.more
        extras.awaitsMail = true
        defer { extras.awaitsMail = false }
        while !extras.hasMail {
            try self.throwInterruption(table)
            try suspend(self)
        }
        return self.takeMail()
    }
}
