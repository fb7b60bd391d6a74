// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Synchronization

/// A value of which each greenlet has its own.
///
/// ```swift
/// let user = GreenletLocal<String>(default: "nobody")
/// Greenlet.spawn { user.value = "ann"; try Greenlet.sleep(1); print(user.value) }  // ann
/// Greenlet.spawn { print(user.value) }  // nobody
/// ```
///
/// A greenlet's values go with its end. The callbacks of a loop share one, as does all code on a thread without greenlets.
/// Unlike a task-local value, it is right across waits.
///
/// - Note: The unchecked conformance is sound because the object is constant; values are found through the calling thread's
///   running greenlet, and never leave that thread.
public final class GreenletLocal<Value>: @unchecked Sendable {
    private let key = GreenletLocalKeys.next()
    private let standard: () -> Value

    /// A value that is `standard`, evaluated for each greenlet that asks first, until it is set.
    public init(default standard: @autoclosure @escaping () -> Value) {
        self.standard = standard
    }

    /// The running greenlet's value.
    public var value: Value {
        get {
            let extras = self.owner.more
            // In two steps: where the value is an optional itself, "not set" would look like a value.
            if let stored = extras.local(self.key), let value = stored as? Value { return value }
            let value = self.standard()
            extras.exchangeLocal(self.key, .some(value))
            return value
        }
        set { self.owner.more.exchangeLocal(self.key, .some(newValue)) }
    }

    /// Lets `body` see another value: the old one is back when it returns.
    public func with<Result>(_ value: Value, _ body: () throws -> Result) rethrows -> Result {
        let owner = self.owner
        let before = owner.more.exchangeLocal(self.key, .some(value))
        defer { owner.more.exchangeLocal(self.key, before) }
        return try body()
    }

    /// Forgets the running greenlet's value.
    public func reset() {
        self.owner.extras?.exchangeLocal(self.key, nil)
    }

    private var owner: Greenlet {
        Greenlet.isAvailable ? Greenlet.current : GreenletRoster.current.loopGreenlet
    }
}

/// The numbers by which greenlets find their locals: never used twice, so a new local does not get an old one's values.
private enum GreenletLocalKeys {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        Self.last.add(1, ordering: .relaxed).newValue
    }
}
