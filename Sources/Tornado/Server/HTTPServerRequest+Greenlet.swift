// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import TornadoCore

/// Answering from inside a greenlet.
extension HTTPServerRequest {
    /// As many bytes as the seam keeps of a greenlet's name, and a NUL.
    private static let nameCapacity = 48

    /// Begins a greenlet named after the request: "GET /path".
    func spawn(
        _ suspend: UnsafePointer<gt_suspend>,
        _ entry: @escaping gt_callback,
        _ context: UnsafeMutableRawPointer
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.nameCapacity) { name in
            if let start = name.baseAddress { self.writeName(to: start) }
            return suspend.pointee.spawn(entry, context, name.baseAddress, UInt32(GT_SPAWN_NOW)) != nil
        }
    }

    @inline(__always)
    private func writeName(to start: UnsafeMutablePointer<CChar>) {
        let method = self.head.method
        let target = self.head.target
        if let line = method.data, let path = target.data, target.size > 0, path.pointee == UInt8(ascii: "/"),
            path == line + method.size + 1
        {
            // As it came, up to the query.
            let size = min(method.size + 1 + target.size, Self.nameCapacity - 1)
            let behind = memccpy(start, line, Int32(UInt8(ascii: "?")), size)?.assumingMemoryBound(to: CChar.self)
            (behind.map { $0 - 1 } ?? start + size).pointee = 0
        } else {
            self.writeNameInParts(to: start)
        }
    }

    private func writeNameInParts(to start: UnsafeMutablePointer<CChar>) {
        var count = 0
        func append(_ view: gt_bytes) {
            let size = min(view.size, Self.nameCapacity - 1 - count)
            guard size > 0, let data = view.data else { return }
            memcpy(start + count, data, size)
            count += size
        }
        append(self.head.method)
        append(gt_bytes(" "))
        append(self.pathView)
        start[count] = 0
    }

    /// The greenlet's whole life, where a callback answers.
    func performCallbackInGreenlet() {
        guard self.server.endsCallbackOnDisconnect else { return self.performCallback() }
        self.parsed.greenlet = self.server.suspend?.pointee.current()
        self.performCallback()
        self.parsed.greenlet = nil
    }

    /// The client has gone: makes the waits of the callback's greenlet fail, if that is wanted.
    func endCallback() {
        guard let details, let greenlet = details.greenlet, !details.isEndedByClient else { return }
        details.isEndedByClient = true
        self.server.suspend?.pointee.interrupt(greenlet, ECANCELED)
    }

    /// What the callback does from here on, cleaning up, may wait again.
    ///
    /// Returns whether it was ended.
    func endInterrupt() -> Bool {
        guard let details, details.isEndedByClient else { return false }
        if let greenlet = details.greenlet { self.server.suspend?.pointee.interrupt(greenlet, 0) }
        return true
    }

    /// Suspends the greenlet that calls it until the server's output has drained, or the exchange has ended.
    ///
    /// Returns at once in the loop's own callbacks and in tasks, which nothing can suspend.
    ///
    /// - Throws: What was thrown into the greenlet: it has not drained then, and whoever goes on writing fills the memory.
    func waitUntilDrained(_ why: StaticString) throws {
        guard let suspend = self.server.suspend, self.exchange != nil, let greenlet = suspend.pointee.current(),
            withUnsafeCurrentTask(body: { $0 == nil })
        else { return }
        let waiter = DrainWaiter(suspend, greenlet)
        self.whenDrained { waiter.drained() }
        // Interrupted, perhaps: whoever drains later must not wake a greenlet that has gone.
        defer { waiter.isWaiting = false }
        while waiter.isWaiting { _ = try Parking.park(until: .infinity, why) }
    }
}

/// A greenlet that waits for a server's output to drain.
///
/// The handle is used only while the greenlet is inside the wait, and so alive.
private final class DrainWaiter {
    var isWaiting = true
    private let suspend: UnsafePointer<gt_suspend>
    private let greenlet: OpaquePointer

    init(_ suspend: UnsafePointer<gt_suspend>, _ greenlet: OpaquePointer) {
        self.suspend = suspend
        self.greenlet = greenlet
    }

    func drained() {
        guard self.isWaiting else { return }
        self.isWaiting = false
        self.suspend.pointee.unpark(self.greenlet)
    }
}
