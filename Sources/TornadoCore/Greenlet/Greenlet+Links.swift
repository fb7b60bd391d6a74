// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What is called at a greenlet's end: what ``Greenlet/unlink(_:)`` takes.
public final class GreenletLink {
    fileprivate enum Condition {
        case always
        case onValue
        case onException
    }

    private let condition: Condition
    private let callback: (Greenlet) throws -> Void
    fileprivate var isUnlinked = false

    fileprivate init(_ condition: Condition, _ callback: @escaping (Greenlet) throws -> Void) {
        self.condition = condition
        self.callback = callback
    }

    /// Has it called by the loop, if it is meant for how the greenlet has ended.
    func schedule(_ greenlet: Greenlet) {
        switch self.condition {
        case .always: break
        case .onValue: if !greenlet.successful { return }
        case .onException: if greenlet.successful { return }
        }
        IOLoop.current.spawnCallback { if !self.isUnlinked { try self.callback(greenlet) } }
    }
}

extension Greenlet {
    /// Has `callback` called by the loop when the greenlet has ended; soon, if it has already.
    ///
    /// Callbacks are called in the order in which they were linked. They cannot wait: spawn a greenlet for that.
    ///
    /// ```swift
    /// worker.link { print("\($0.name) has ended") }
    /// ```
    ///
    /// - Returns: What ``unlink(_:)`` takes.
    @discardableResult
    public final func link(_ callback: @escaping (Greenlet) throws -> Void) -> GreenletLink {
        self.add(GreenletLink(.always, callback))
    }

    /// Has `callback` called, like ``link(_:)``, but only if the greenlet ended with a value.
    @discardableResult
    public final func linkValue(_ callback: @escaping (Greenlet) throws -> Void) -> GreenletLink {
        self.add(GreenletLink(.onValue, callback))
    }

    /// Has `callback` called, like ``link(_:)``, but only if the greenlet ended with an error, or was killed.
    @discardableResult
    public final func linkException(_ callback: @escaping (Greenlet) throws -> Void) -> GreenletLink {
        self.add(GreenletLink(.onException, callback))
    }

    /// Takes a link back; nothing happens if it was called already.
    public final func unlink(_ link: GreenletLink) {
        self.thread.check("Greenlet.unlink")
        link.isUnlinked = true
        self.extras?.links.removeAll { $0 === link }
    }

    /// Has `callback` called on the greenlet's own stack at its end, at once if it has ended; it must not wait.
    ///
    /// - Returns: What ``dropEnding(_:)`` takes; null if it was called at once.
    @discardableResult
    final func onEnd(_ callback: @escaping () -> Void) -> GreenletEnding? {
        self.thread.check("Greenlet.link")
        if self.hasEnded {
            callback()
            return nil
        }
        let ending = GreenletEnding(callback)
        self.more.endings.append(ending)
        return ending
    }

    /// Takes back what ``onEnd(_:)`` was given.
    final func dropEnding(_ ending: GreenletEnding) {
        self.extras?.endings.removeAll { $0 === ending }
    }

    private func add(_ link: GreenletLink) -> GreenletLink {
        self.thread.check("Greenlet.link")
        if self.hasEnded { link.schedule(self) } else { self.more.links.append(link) }
        return link
    }
}
