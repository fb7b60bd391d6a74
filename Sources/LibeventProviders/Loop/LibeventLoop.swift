// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CLibevent
public import CProviderKit
import Glibc
import ProviderKit
import Synchronization

/// gtornado's event loop: libevent's `event_base` behind the seam's table.
///
/// Descriptors are libevent events, so that whatever else uses the same base (the HTTP servers, evhttp) is waited for in
/// the same call; callbacks, timeouts and their order are the engine's, as in the built-in loop. libevent's own locking
/// is off: a base belongs to one thread, and others wake it through an eventfd.
public enum LibeventLoop {
    /// The table for the registry's slot `ioloop`.
    ///
    /// Made once, never changed, never freed.
    public nonisolated(unsafe) static let table: UnsafePointer<gt_ioloop> = {
        var table = gt_ioloop()
        LoopTable.fill(&table)
        table.name = StaticText.pointer("libevent")
        table.current = { LibeventLoop.loops.current() }
        table.close = { loop in loop.map { LibeventLoop.loops.close($0) } ?? -EINVAL }
        let place = UnsafeMutablePointer<gt_ioloop>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static let loops = ThreadLoops { LibeventPoller(method: LibeventMethods.taken()) }

    /// The version of the libevent in use: "2.1.12-stable".
    public static var version: String { String(cString: event_get_version()) }

    /// What this libevent can wait with here, the best first: of "epoll", "poll", "select".
    public static var availableMethods: [String] { LibeventMethods.available }

    /// Chooses what loops wait with.
    ///
    /// - Parameter method: One of ``availableMethods``.
    /// - Throws: ``LibeventLoopError`` if there is no such method, or a loop was made already.
    public static func select(method: String) throws(LibeventLoopError) {
        try LibeventMethods.select(method)
    }

    /// The progress of an open loop of this table, which any thread may look at for ever; null for any other handle.
    public static func pulse(of loop: OpaquePointer) -> UnsafeMutablePointer<gt_loop_pulse>? {
        guard self.loops.poller(of: loop) != nil else { return nil }
        return UnsafeMutablePointer<gt_loop_head>(loop).pointee.pulse
    }

    /// Whether a waiting thread was brought to wait by libevent itself: an address of libevent's, to tell by.
    public static var waitsIn: UnsafeRawPointer? {
        dlsym(nil, "event_base_loop").map { UnsafeRawPointer($0) }
    }

    /// The `event_base` of an open loop of this table; null for any other handle.
    ///
    /// It lives as long as the loop, and is for the loop's thread only.
    public static func base(of loop: OpaquePointer) -> OpaquePointer? {
        self.poller(of: loop)?.base
    }

    /// How an open loop of this table waits; null for any other handle.
    static func poller(of loop: OpaquePointer) -> LibeventPoller? {
        self.loops.poller(of: loop) as? LibeventPoller
    }
}
