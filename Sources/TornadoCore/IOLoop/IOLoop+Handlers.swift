// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

extension IOLoop {
    /// Calls `handler` whenever the descriptor is ready, for as long as it is (level-triggered).
    ///
    /// A descriptor has one handler. It may remove itself or any other, and close the descriptor after that.
    ///
    /// - Parameters:
    ///   - fd: The descriptor; it stays the caller's.
    ///   - events: What to wait for. Errors and hang-ups are told in any case.
    ///   - handler: Told the descriptor and what happened.
    /// - Throws: ``IOLoopError`` if the descriptor has a handler already, is not open, or cannot be waited for, as files on
    ///   disk cannot.
    public func addHandler(_ fd: Int32, _ events: Events, _ handler: @escaping (Int32, Events) throws -> Void) throws {
        try self.addHandler(fd, events.rawValue, handler)
    }

    /// The same for a handler that finds errors by reading and writing, and need not be told of them as such.
    package func addReadinessHandler(
        _ fd: Int32,
        _ events: Events,
        _ handler: @escaping (Int32, Events) throws -> Void
    ) throws {
        try self.addHandler(fd, events.rawValue | UInt32(GT_READINESS), handler)
    }

    private func addHandler(
        _ fd: Int32,
        _ events: UInt32,
        _ handler: @escaping (Int32, Events) throws -> Void
    ) throws {
        try self.checkOpen("IOLoop.addHandler")
        let entry = DescriptorHandler(handler)
        let code = self.table.pointee.add_handler(
            self.handle,
            fd,
            events,
            { fd, events, context in
                guard let context else { return }
                Unmanaged<DescriptorHandler>.fromOpaque(context).takeUnretainedValue()
                    .call(fd, Events(rawValue: events))
            },
            // The dictionary below holds it for as long as the loop knows it.
            Unmanaged.passUnretained(entry).toOpaque()
        )
        guard code == 0 else {
            let remedy: String? =
                switch -code {
                case EEXIST: "it has a handler already: change that with updateHandler, or remove it first"
                case EPERM: "it can't be waited for, as files on disk can't: just read or write it"
                default: nil
                }
            throw IOLoopError.system(code, "A handler for descriptor \(fd) cannot be added", try: remedy)
        }
        self.handlers[fd] = entry
    }

    /// Changes what the descriptor's handler waits for.
    ///
    /// - Throws: ``IOLoopError`` if the descriptor has no handler, or was closed.
    public func updateHandler(_ fd: Int32, _ events: Events) throws {
        try self.checkOpen("IOLoop.updateHandler")
        let code = self.table.pointee.update_handler(self.handle, fd, events.rawValue)
        if code < 0 { throw IOLoopError.system(code, "The handler of descriptor \(fd) cannot be changed") }
    }

    /// Removes the descriptor's handler, which is not called any more, not even for what has happened already.
    ///
    /// - Throws: ``IOLoopError`` if the descriptor has no handler.
    public func removeHandler(_ fd: Int32) throws {
        try self.checkOpen("IOLoop.removeHandler")
        let code = self.table.pointee.remove_handler(self.handle, fd)
        if code < 0 { throw IOLoopError.system(code, "The handler of descriptor \(fd) cannot be removed") }
        // Freed after the dictionary is done: what the closure holds may come back to this loop.
        withExtendedLifetime(self.handlers.removeValue(forKey: fd)) {}
    }
}

/// A handler's closure.
///
/// The loop's dictionary owns it; a call keeps it alive until it returns.
final class DescriptorHandler {
    private let handler: (Int32, IOLoop.Events) throws -> Void

    init(_ handler: @escaping (Int32, IOLoop.Events) throws -> Void) {
        self.handler = handler
    }

    func call(_ fd: Int32, _ events: IOLoop.Events) {
        do {
            try self.handler(fd, events)
        } catch {
            CallbackFailure.log(error, in: "handler")
        }
    }
}
