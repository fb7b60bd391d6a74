// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CGreenlet
import Glibc

/// The greenlet runtime: what stands behind the registry's slot `suspend`.
///
/// ```swift
/// try GreenletRuntime.open(on: LibeventLoop.table, stackSize: 256 * 1024)
/// registry.swap(.suspend, for: GreenletRuntime.table)
/// registry.wrap(.ioloop, in: GreenletRuntime.watched(LibeventLoop.table))
/// ```
public enum GreenletRuntime {
    /// The table for the slot `suspend`.
    ///
    /// Made once, never changed, never freed.
    public nonisolated(unsafe) static let table: UnsafePointer<gt_suspend> = {
        let place = UnsafeMutablePointer<gt_suspend>.allocate(capacity: 1)
        place.initialize(to: gt_greenlets)
        return UnsafePointer(place)
    }()

    /// Bytes of stack that a greenlet has where nothing else is said.
    public static let standardStackSize = 256 * 1024

    /// The least and the most that ``open(on:stackSize:workers:)`` takes.
    public static let stackSizes = 16 * 1024...1024 * 1024 * 1024

    /// Gives the calling thread a hub on its loop; the caller becomes the main greenlet.
    ///
    /// Greenlets that overflow their stack are named from now on, before the process dies of it.
    ///
    /// - Parameters:
    ///   - ioloop: The loop's table.
    ///   - stackSize: Bytes of stack a greenlet, of ``stackSizes``.
    ///   - workers: How many threads at most do what cannot wait on the loop; 0 for the standard, 10.
    /// - Throws: ``GreenletError`` if there can be no hub.
    public static func open(
        on ioloop: UnsafePointer<gt_ioloop>,
        stackSize: Int = Self.standardStackSize,
        workers: Int = 0
    ) throws(GreenletError) {
        var settings = gt_hub_settings()
        settings.stack_size = stackSize
        settings.workers = UInt32(clamping: workers)
        let code = gt_hub_open(ioloop, &settings)
        guard code == 0 || code == -EALREADY else { throw GreenletError(number: -code) }
        _ = gt_watch_overflow()
    }

    /// The table to put into the slot `ioloop` beside ``table``: the same loop, which tells the hub when it runs.
    public static func watched(_ ioloop: UnsafePointer<gt_ioloop>) -> UnsafePointer<gt_ioloop> {
        gt_hub_ioloop(ioloop) ?? ioloop
    }
}

/// Why there can be no greenlets.
public struct GreenletError: Error, CustomStringConvertible {
    /// An errno value.
    public let number: Int32

    /// What is missing, in a few words.
    public var description: String {
        if self.number == ENOTSUP {
            return "the event loop in use cannot run single turns (its table has no run_once), which greenlets need"
        }
        return String(cString: strerror(self.number))
    }
}
