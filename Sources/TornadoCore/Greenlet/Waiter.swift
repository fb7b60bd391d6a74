// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

/// One wait of a greenlet, a task or a callback, in somebody's list until it is woken.
///
/// - Note: The unchecked conformance is sound because everything happens on the loop's thread: what comes from elsewhere, a
///   task's cancellation, is sent there first.
class Waiter: @unchecked Sendable {
    private enum State {
        case waiting
        case woken
        case timedOut
        case cancelled
    }

    /// The greenlet that waits; null if a task does.
    private let greenlet: OpaquePointer?
    private var continuation: UnsafeContinuation<Void, Never>?
    /// What is called in its place, if a callback waits, and what limits that.
    private var callback: ((Bool) throws -> Void)?
    private var timer: Timeout?
    private var state = State.waiting
    // Neighbours in the list.
    fileprivate var next: Waiter?
    fileprivate unowned(unsafe) var previous: Waiter?
    fileprivate var isListed = false

    /// A wait of the running greenlet, or of the running task.
    init(ofTask: Bool = false) {
        self.greenlet = ofTask ? nil : GreenletEngine.table?.pointee.current()
    }

    var isWoken: Bool { self.state == .woken }
    /// Whether its wait has ended without waking: it takes nothing any more.
    var isGivenUp: Bool { self.state == .cancelled || self.state == .timedOut }
    /// Whether waking it would end its wait: it has neither been woken nor given up.
    fileprivate var isWaiting: Bool { self.state == .waiting }
    /// Whether its greenlet was killed, or has something thrown into it, since it began to wait: it will take nothing.
    fileprivate var isCondemned: Bool {
        guard GreenletRoster.current.interruptions > 0, self.isWaiting, let greenlet = self.greenlet,
            let table = GreenletEngine.table
        else { return false }
        return GreenletRoster.current.greenlet(greenlet, table).isCondemned
    }

    /// Ends the wait; the greenlet or task goes on soon.
    func wake() {
        guard self.state == .waiting else { return }
        self.end(.woken)
    }

    /// Suspends the greenlet until it is woken.
    ///
    /// - Returns: False if `deadline` came first.
    func wait(until deadline: Double, _ why: StaticString) throws -> Bool {
        while !self.isWoken {
            do {
                if try !Parking.park(until: deadline, why) { return self.isWoken }
            } catch {
                // Woken and interrupted at the same time: what it was given must not get lost. The interruption stays.
                if self.isWoken { return true }
                // Whoever still knows of the wait must not wake a greenlet that has gone.
                self.state = .cancelled
                throw error
            }
        }
        return true
    }

    /// Suspends the task until it is woken.
    ///
    /// - Returns: False if `timeout` seconds passed first.
    nonisolated(nonsending) func wait(_ timeout: Double?) async throws -> Bool {
        let loop = IOLoop.current
        let timer = timeout.map { loop.callLater($0) { self.giveUp(.timedOut) } }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                if self.state == .waiting { self.continuation = continuation } else { continuation.resume() }
            }
        } onCancel: {
            loop.addCallback { self.giveUp(.cancelled) }
        }
        if let timer { loop.removeTimeout(timer) }
        if self.state == .cancelled { throw CancellationError() }
        return self.isWoken
    }

    /// Has `callback` called by the loop when it is woken, with true, or after `timeout` seconds, with false.
    func wait(_ timeout: Double?, calling callback: @escaping (Bool) throws -> Void) {
        self.callback = callback
        guard let timeout else { return }
        self.timer = IOLoop.current.callLater(timeout) { self.giveUp(.timedOut) }
    }

    private func giveUp(_ state: State) {
        guard self.state == .waiting else { return }
        self.end(state)
    }

    private func end(_ state: State) {
        self.state = state
        if let continuation = self.continuation {
            self.continuation = nil
            continuation.resume()
        } else if let callback = self.callback {
            self.callback = nil
            self.callBack(callback)
        } else if let greenlet = self.greenlet {
            GreenletEngine.table?.pointee.unpark(greenlet)
        }
    }

    private func callBack(_ callback: @escaping (Bool) throws -> Void) {
        if let timer = self.timer { timer.loop.removeTimeout(timer) }
        self.timer = nil
        let isWoken = self.isWoken
        IOLoop.current.spawnCallback { try callback(isWoken) }
    }
}

/// A wait that hands something over.
final class ItemWaiter<Item>: Waiter, @unchecked Sendable {
    /// What it waits to give, or was given.
    var item: Item?
    /// Why there will be nothing.
    var failure: GreenletError?

    init(_ item: Item? = nil, ofTask: Bool = false) {
        self.item = item
        super.init(ofTask: ofTask)
    }

    /// Takes what it was given out.
    func take() throws -> Item {
        if let failure = self.failure { throw failure }
        guard let item = self.item else { trap("A wait ended without what it waited for.") }
        self.item = nil
        return item
    }
}

/// Waits in the order in which they began; adding and removing take the same time however many there are.
struct WaitList {
    private var first: Waiter?
    private unowned(unsafe) var last: Waiter?
    private(set) var count = 0

    var isEmpty: Bool { self.first == nil }

    mutating func append(_ waiter: Waiter) {
        waiter.isListed = true
        waiter.previous = self.last
        if let last = self.last { last.next = waiter } else { self.first = waiter }
        self.last = waiter
        self.count += 1
    }

    /// Takes a waiter out; nothing happens if it is not in the list.
    mutating func remove(_ waiter: Waiter) {
        guard waiter.isListed else { return }
        waiter.isListed = false
        let next = waiter.next
        waiter.next = nil
        if let next { next.previous = waiter.previous } else { self.last = waiter.previous }
        if let previous = waiter.previous { previous.next = next } else { self.first = next }
        waiter.previous = nil
        self.count -= 1
    }

    /// Takes the first one out whose wait has not ended.
    ///
    /// A task whose time is over stands here until it goes on: waking it would be a wake lost.
    mutating func popFirst() -> Waiter? {
        while let waiter = self.first {
            self.remove(waiter)
            if waiter.isWaiting { return waiter }
        }
        return nil
    }

    /// Takes the first one out that something can be handed to.
    ///
    /// A greenlet that was killed stands here until it goes on, and takes itself out: what it was given would be lost.
    mutating func popTaker() -> Waiter? {
        var candidate = self.first
        while let waiter = candidate {
            candidate = waiter.next
            if waiter.isCondemned { continue }
            self.remove(waiter)
            if waiter.isWaiting { return waiter }
        }
        return nil
    }
}
