// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What is thrown where the time is over.
public struct TimeoutError: Error, CustomStringConvertible {
    /// The seconds that were allowed.
    public let seconds: Double
    /// Which timeout it was, to tell one's own from an outer one; null for a `timeout:` argument.
    public let timeout: GreenletTimeout?
    /// What the code threw when its waits failed, if that was not this error: a library's own.
    public let cause: (any Error)?
    private let what: String

    init(seconds: Double, timeout: GreenletTimeout? = nil, cause: (any Error)? = nil, what: String) {
        self.seconds = seconds
        self.timeout = timeout
        self.cause = cause
        self.what = what
    }

    /// What took too long.
    public var description: String {
        let cause = self.cause.map { " (it failed with: \($0))" } ?? ""
        return "\(self.what) after \(self.seconds) s\(cause)"
    }
}

/// A limit on how long the running greenlet may take for something.
///
/// When the time is over, what the greenlet waits for fails, and everything that it waits for after that until the timeout is
/// cancelled: waits of this framework throw ``TimeoutError``, calls of libc fail with `ETIMEDOUT`. Timeouts nest; the
/// innermost that is over is the one thrown. Code that never waits is not interrupted.
///
/// ```swift
/// let timeout = try GreenletTimeout.startNew(5)
/// defer { timeout.cancel() }
/// let reply = try ask()
/// ```
///
/// - Note: The unchecked conformance is sound because what changes is touched on the greenlet's thread only, which every call checks.
public final class GreenletTimeout: @unchecked Sendable {
    /// The seconds that it allows.
    public let seconds: Double
    /// Whether its time is over.
    public var isExpired: Bool {
        self.thread.check("Timeout.isExpired")
        return self.isOver
    }
    private(set) var isOver = false
    private let thread = LoopThread()
    private var timer: Timeout?
    /// Whose waits it ends, until it is cancelled or that ends.
    private var greenlet: Greenlet?

    private init(_ seconds: Double, _ greenlet: Greenlet) {
        self.seconds = seconds
        self.greenlet = greenlet
    }

    /// Sets a limit on the running greenlet.
    ///
    /// - Parameter seconds: From now on; 0 or less is the loop's next turn.
    /// - Returns: The limit, which must be cancelled by the greenlet that has set it.
    /// - Throws: ``GreenletError`` if the caller is no greenlet, or is one of Swift's tasks.
    public static func startNew(_ seconds: Double) throws -> GreenletTimeout {
        let greenlet = try Parking.running("Timeout")
        let timeout = GreenletTimeout(seconds, greenlet)
        greenlet.more.limits.append(timeout)
        timeout.timer = IOLoop.current.callLater(max(seconds, 0)) { [unowned timeout] in timeout.expire() }
        return timeout
    }

    /// Whether it is set and its time is not over.
    public var isPending: Bool {
        self.thread.check("Timeout.isPending")
        return self.timer != nil
    }

    /// Takes the limit back, and with it the failing of waits, if its time is over and nothing else makes them fail.
    public func cancel() {
        self.thread.check("Timeout.cancel")
        guard let greenlet = self.greenlet else { return }
        greenlet.extras?.limits.removeAll { $0 === self }
        self.drop()
        if self.isOver { greenlet.restoreInterruption() }
    }

    /// Forgets the greenlet, which has ended or forgets this.
    func drop() {
        guard self.greenlet != nil else { return }
        self.greenlet = nil
        if self.isOver { GreenletRoster.current.interruptions -= 1 }
        guard let timer = self.timer else { return }
        self.timer = nil
        timer.loop.removeTimeout(timer)
    }

    func error(_ cause: (any Error)? = nil) -> TimeoutError {
        TimeoutError(seconds: self.seconds, timeout: self, cause: cause, what: "The time was over")
    }

    private func expire() {
        self.timer = nil
        self.isOver = true
        GreenletRoster.current.interruptions += 1
        self.greenlet?.restoreInterruption()
    }
}

extension Timeout {
    /// Runs `body` in the running greenlet, for `seconds` at most.
    ///
    /// ```swift
    /// do {
    ///     try Timeout.with(5) { try queryTheDatabase() }
    /// } catch let error as TimeoutError {
    ///     print("too slow: \(error)")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - seconds: The time it has; null is no limit.
    ///   - body: What to do. When the time is over its waits fail: see ``GreenletTimeout``.
    /// - Returns: What `body` returned, also where that was too late.
    /// - Throws: ``TimeoutError`` if the time was over and `body` threw, with what it threw as the cause; anything else that
    ///   `body` throws, among that an outer timeout's error and ``GreenletExit``.
    public static func with<Value>(_ seconds: Double?, _ body: () throws -> Value) throws -> Value {
        guard let seconds else { return try body() }
        let timeout = try GreenletTimeout.startNew(seconds)
        defer { timeout.cancel() }
        do {
            return try body()
        } catch let error where timeout.isExpired {
            if error is GreenletExit { throw error }
            if let error = error as? TimeoutError, error.timeout != nil { throw error }
            throw timeout.error(error)
        }
    }

    /// Cancels it; nothing happens if it has fired or was cancelled.
    public func cancel() {
        self.loop.removeTimeout(self)
    }
}
