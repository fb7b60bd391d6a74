// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What few greenlets need: made on first use, so that a plain one costs no more than its object, and freed at its end.
///
/// What apps put in, values of ``GreenletLocal`` and of `switch`, is taken out before it is freed: its deinitialiser may come
/// back here.
final class GreenletExtras {
    /// The error that ends it: it was killed.
    var killer: (any Error)? {
        didSet { self.count(oldValue == nil, self.killer == nil) }
    }
    /// Errors to be thrown, each once, by its present wait and its next ones.
    var thrown: [any Error] = [] {
        didSet { self.count(oldValue.isEmpty, self.thrown.isEmpty) }
    }
    /// The client that it works for has gone.
    var isAbandoned = false {
        didSet { self.count(!oldValue, !self.isAbandoned) }
    }
    /// The timeouts that are set in it, the innermost last.
    var limits: [GreenletTimeout] = []
    /// What was passed to it by `switch`, if `hasMail`.
    private var mail: Any?
    private(set) var hasMail = false
    /// What it was begun with by `switch`.
    private var opening: Any?
    /// It waits for somebody to switch to it.
    var awaitsMail = false
    /// It does so by parking.
    var isParkedForMail = false
    /// Who started it by `switch`.
    var parent: Greenlet?
    /// How many that it started by `switch` have not ended.
    var children = 0
    /// The values of ``GreenletLocal``.
    private var locals: [UInt64: Any] = [:]
    /// Those who wait for its end.
    var waiters = WaitList()
    /// What is called at its end, on its own stack, and must not wait.
    var endings: [GreenletEnding] = []
    var links: [GreenletLink] = []
    /// Its later start.
    var timer: Timeout?

    /// The timeout that is over, the innermost first.
    var expired: GreenletTimeout? { self.limits.last { $0.isOver } }

    // MARK: What apps put in

    func local(_ key: UInt64) -> Any? { self.locals[key] }

    /// Sets a local's value, or takes it out if that is null, and returns the old one.
    @discardableResult
    func exchangeLocal(_ key: UInt64, _ value: Any?) -> Any? {
        guard let value else { return self.locals.removeValue(forKey: key) }
        return self.locals.updateValue(value, forKey: key)
    }

    /// Sets what it is begun with, and returns what was set before.
    @discardableResult
    func exchangeOpening(_ value: Any?) -> Any? {
        let before = self.opening
        self.opening = value
        return before
    }

    /// Puts mail in, in the place of any that nobody has taken.
    func post(_ value: Any?) {
        let before = self.mail
        self.mail = value
        self.hasMail = true
        withExtendedLifetime(before) {}
    }

    /// Takes the mail out.
    func takeMail() -> Any? {
        let mail = self.mail
        self.mail = nil
        self.hasMail = false
        return mail
    }

    // MARK: The end

    func end(of greenlet: Greenlet) {
        if let timer = self.timer {
            timer.loop.removeTimeout(timer)
            self.timer = nil
        }
        for limit in self.limits { limit.drop() }
        let errors = (self.killer, self.thrown)
        self.killer = nil
        self.thrown = []
        if self.isAbandoned { self.isAbandoned = false }
        while let waiter = self.waiters.popFirst() { waiter.wake() }
        for ending in self.endings { ending.callback() }
        for link in self.links { link.schedule(greenlet) }
        // Not with this object, which somebody who waited may hold a little longer.
        let values = (self.locals, self.takeMail(), self.exchangeOpening(nil))
        self.locals = [:]
        withExtendedLifetime((errors, values)) {}
    }

    private func count(_ wasNone: Bool, _ isNone: Bool) {
        if wasNone, !isNone { GreenletRoster.current.interruptions += 1 }
        if !wasNone, isNone { GreenletRoster.current.interruptions -= 1 }
    }
}

/// Something that is called at a greenlet's end.
final class GreenletEnding {
    let callback: () -> Void

    init(_ callback: @escaping () -> Void) {
        self.callback = callback
    }
}
