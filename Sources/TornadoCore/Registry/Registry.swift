// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import ProviderKit

/// Who provides what in this image: the framework asks here, never a concrete type.
///
/// The framework registers its own providers first; the app may register others; a runner may exchange tables before the
/// app's main runs. To be used before the app starts or on the thread that runs it.
///
/// ```swift
/// Registry.register(.ioloop, table: myLoopTable, by: "myapp")
/// ```
public enum Registry {
    /// What can be provided.
    public enum Slot: Int, CaseIterable, Sendable {
        /// The event loop.
        case ioloop = 0
        /// The HTTP server.
        case httpserver = 1
        /// Names to addresses.
        case resolver = 2
        /// Suspending and resuming.
        case suspend = 3
    }

    /// The event loop's table in use.
    public static var ioloop: UnsafePointer<gt_ioloop> {
        Self.table(in: .ioloop).assumingMemoryBound(to: gt_ioloop.self)
    }

    /// The HTTP server's table in use.
    public static var httpserver: UnsafePointer<gt_httpserver> {
        Self.table(in: .httpserver).assumingMemoryBound(to: gt_httpserver.self)
    }

    /// The table of what suspends and resumes; null where nothing does, as in an app that runs without gtornado.
    public static var suspend: UnsafePointer<gt_suspend>? {
        Self.place(of: .suspend).pointee.table.map { $0.assumingMemoryBound(to: gt_suspend.self) }
    }

    /// The resolver's table in use; null if nobody has registered one.
    public static var resolver: UnsafePointer<gt_resolver>? {
        Self.place(of: .resolver).pointee.table.map { $0.assumingMemoryBound(to: gt_resolver.self) }
    }

    /// Registers a provider.
    ///
    /// Where a runner has exchanged the table already, the runner's stays in use.
    ///
    /// - Parameters:
    ///   - slot: What it provides.
    ///   - table: The slot's table of the plugin header; must live as long as the process.
    ///   - owner: Who registers it, for `gtornado patch --list`.
    public static func register(_ slot: Slot, table: UnsafeRawPointer, by owner: StaticString) {
        let place = Self.place(of: slot)
        // A runner may also have filled a slot that nobody provided; its word in `registered_by` tells.
        guard !Self.isRunners(place.pointee) else {
            place.pointee.replaced = table
            return
        }
        place.pointee.table = table
        place.pointee.registered_by = StaticText.pointer(owner)
    }

    /// Whether a slot has a provider.
    public static func isProvided(_ slot: Slot) -> Bool {
        Self.place(of: slot).pointee.table != nil
    }

    private static func isRunners(_ slot: gt_slot) -> Bool {
        slot.registered_by.map { String(cString: $0) == "gtornado" } ?? false
    }

    private static func place(of slot: Slot) -> UnsafeMutablePointer<gt_slot> {
        RegistryStorage.slots + slot.rawValue
    }

    private static func table(in slot: Slot) -> UnsafeRawPointer {
        guard let table = Self.place(of: slot).pointee.table else {
            trap(
                """
                Nobody provides the slot '\(slot)' of this app's registry. Something has put a null table there: a \
                runner, or a call of Registry.register. Leave the slot alone, or register a complete table.
                """
            )
        }
        return table
    }
}
