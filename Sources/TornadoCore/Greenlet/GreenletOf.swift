// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A greenlet and its result: what ``Greenlet/spawn(name:fileID:line:_:)`` returns.
///
/// ```swift
/// let answer = Greenlet.spawn { try ask() }
/// print(try answer.get(timeout: 5))
/// ```
public final class GreenletOf<Value>: Greenlet, @unchecked Sendable {
    private var body: (() throws -> Value)?
    private var result: Value?

    /// A greenlet that does not run before ``Greenlet/start()`` or ``Greenlet/switch(_:)``.
    ///
    /// - Parameters:
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is made; leave it alone.
    ///   - line: Where it is made; leave it alone.
    ///   - body: What it does, once.
    public init(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping () throws -> Value
    ) {
        self.body = body
        super.init(name: name, fileID: fileID, line: line)
    }

    /// A greenlet whose body is given what the first ``Greenlet/switch(_:)`` passes.
    ///
    /// - Parameters:
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is made; leave it alone.
    ///   - line: Where it is made; leave it alone.
    ///   - body: What it does, once.
    public convenience init(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        receiving body: @escaping (Any?) throws -> Value
    ) {
        self.init(name: name, fileID: fileID, line: line) { try body(Greenlet.current.takeOpening()) }
    }

    /// The value it ended with; null before, and if it ended with an error.
    public var value: Value? {
        self.thread.check("Greenlet.value")
        return self.result
    }

    /// Waits for its end, and returns its value.
    ///
    /// - Parameters:
    ///   - block: Whether to wait; if not, it must have ended.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: What its body returned.
    /// - Throws: What its body threw, ``GreenletExit`` if it was killed, ``TimeoutError`` if it has not ended in time; or why
    ///   the caller cannot wait.
    public func get(block: Bool = true, timeout: Double? = nil) throws -> Value {
        self.thread.check("Greenlet.get")
        if !self.hasEnded {
            guard block, try self.waitForEnd(timeout, "Greenlet.get") else {
                throw TimeoutError(seconds: block ? timeout ?? 0 : 0, what: "Greenlet '\(self.name)' has not ended")
            }
        }
        return try self.outcome()
    }

    /// Suspends the task, which must be on this thread, until its end, and returns its value.
    ///
    /// ```swift
    /// let rows = try await Greenlet.spawn { try query() }.get()
    /// ```
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: What its body returned.
    /// - Throws: What its body threw, ``GreenletExit`` if it was killed, ``TimeoutError`` if it has not ended in time;
    ///   `CancellationError` if the task is cancelled, which leaves the greenlet alone.
    nonisolated(nonsending) public func get(timeout: Double? = nil) async throws -> Value {
        guard try await self.waitForEnd(timeout, "Greenlet.get") else {
            throw TimeoutError(seconds: timeout ?? 0, what: "Greenlet '\(self.name)' has not ended")
        }
        return try self.outcome()
    }

    /// What it ended with, returned or thrown.
    func outcome() throws -> Value {
        if let result = self.result { return result }
        throw self.failure ?? GreenletExit()
    }

    override func runBody() {
        do {
            self.result = try self.takeBody()?()
        } catch {
            self.failure = error
        }
        if self.extras?.killer != nil { self.dropResult() }
    }

    override func dropBody() {
        _ = self.takeBody()
    }

    override var resultForParent: Any? { self.result }

    /// Taken out first, like the body: what is freed may come back here.
    private func dropResult() {
        let result = self.result
        self.result = nil
        withExtendedLifetime(result) {}
    }

    /// Taken out: what it holds goes when it has returned.
    private func takeBody() -> (() throws -> Value)? {
        let body = self.body
        self.body = nil
        return body
    }
}
