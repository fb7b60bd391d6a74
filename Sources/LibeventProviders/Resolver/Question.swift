// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// A question on its way to an answer: what a `gt_question *` points to.
///
/// The handle holds one reference, from `make` until the answer is told or the question cancelled; whoever works on the
/// answer holds another. All members but `isCancelled` are used on the loop's thread; that one is guarded by its owner.
final class Question {
    /// What the loop looks like to a resolver: its own table's functions.
    struct Loop {
        let ioloop: UnsafePointer<gt_ioloop>
        let loop: OpaquePointer
    }

    let loop: Loop
    let callback: gt_answer_callback
    let context: UnsafeMutableRawPointer?
    /// Whether nobody wants the answer any more.
    var isCancelled = false
    /// A timeout that never comes: it tells the loop that something can still happen.
    private var pending: OpaquePointer?

    init(_ loop: Loop, _ callback: @escaping gt_answer_callback, _ context: UnsafeMutableRawPointer?) {
        self.loop = loop
        self.callback = callback
        self.context = context
        self.pending = loop.ioloop.pointee.call_at?(loop.loop, .infinity, { _ in }, nil)
    }

    /// The question as the seam wants it, with a reference of its own.
    func makeHandle() -> OpaquePointer {
        OpaquePointer(Unmanaged.passRetained(self).toOpaque())
    }

    static func from(_ handle: OpaquePointer) -> Question {
        Unmanaged<Question>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
    }

    /// The handle is dead from now on.
    func end() {
        if let pending = self.pending { self.loop.ioloop.pointee.remove_timeout?(self.loop.loop, pending) }
        self.pending = nil
        Unmanaged.passUnretained(self).release()
    }

    /// Tells the answer, and ends the question.
    func tell(_ error: Int32, _ systemError: Int32, _ answer: UnsafeMutablePointer<addrinfo>?) {
        let callback = self.callback
        let context = self.context
        self.end()
        callback(error, systemError, answer, context)
    }
}
