// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

/// The table that suspends and resumes, from the registry's slot `suspend`; only a runner fills that.
enum GreenletEngine {
    /// The table; null where nobody provides one.
    @inline(__always)
    static var table: UnsafePointer<gt_suspend>? {
        RegistryStorage.slots[Int(GT_SLOT_SUSPEND)].table?.assumingMemoryBound(to: gt_suspend.self)
    }

    /// The table, for an entry point that can throw.
    @inline(__always)
    static func required(_ name: StaticString) throws -> UnsafePointer<gt_suspend> {
        guard let table = Self.table else { throw GreenletError(.noEngine, Self.missing(name)) }
        return table
    }

    /// The table, for an entry point that cannot throw.
    @inline(__always)
    static func demanded(_ name: StaticString) -> UnsafePointer<gt_suspend> {
        guard let table = Self.table else { Self.trap(name) }
        return table
    }

    /// What the table tells of a greenlet; with `complete`, also how much of its stack was used, which takes some time.
    static func info(
        _ handle: OpaquePointer,
        _ table: UnsafePointer<gt_suspend>,
        complete: Bool = false
    ) -> gt_greenlet_info {
        var info = gt_greenlet_info()
        let brief = MemoryLayout<gt_greenlet_info>.offset(of: \.stack_used)
        info.size = UInt32(complete ? MemoryLayout<gt_greenlet_info>.size : brief ?? 0)
        table.pointee.info(handle, &info)
        return info
    }

    /// Calls `visit` for every greenlet of this thread, oldest first; it must not spawn or switch.
    static func forEach(_ table: UnsafePointer<gt_suspend>, _ visit: (OpaquePointer) -> Void) {
        withoutActuallyEscaping(visit) { visit in
            var visit = visit
            // The closure's place is used only while each() runs.
            withUnsafeMutablePointer(to: &visit) { place in
                table.pointee.each(
                    { handle, context in
                        guard let handle, let context else { return }
                        context.assumingMemoryBound(to: ((OpaquePointer) -> Void).self).pointee(handle)
                    },
                    place
                )
            }
        }
    }

    private static func missing(_ name: StaticString) -> String {
        """
        \(name) needs greenlets, and nobody provides them to this app: run it as a plugin with \
        `gtornado run ./libapp.so`, or call Monkey.patchAll() (import MonkeyPatch) first thing in its main
        """
    }

    @inline(never)
    private static func trap(_ name: StaticString) -> Never {
        ProviderKit.trap(Self.missing(name) + ".")
    }
}
