// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// The providers of one image, a plugin's or this program's own: who does what, and who did before.
public struct ProviderRegistry {
    /// One of the header's slots.
    public enum Slot: Int32, CaseIterable, Sendable {
        /// The event loop.
        case ioloop = 0
        /// The HTTP server.
        case httpserver = 1
        /// Names to addresses.
        case resolver = 2
        /// Suspending and resuming.
        case suspend = 3

        /// The slot's name in the header.
        public var name: String { "\(self)" }
    }

    /// Who provides what a slot stands for.
    public struct Provider: Sendable, Equatable {
        /// The table's own name: "epoll", "libevent".
        public let name: String
        /// Who registered it: "Tornado", "gtornado", or the app's word for itself.
        public let registeredBy: String

        /// A provider by its name and who registered it.
        public init(name: String, registeredBy: String) {
            self.name = name
            self.registeredBy = registeredBy
        }
    }

    private let registry: UnsafeMutablePointer<gt_registry>
    private let slots: UnsafeMutablePointer<gt_slot>

    /// A view of a registry, which must live as long as the process; null if it has no slots.
    public init?(_ registry: UnsafeMutablePointer<gt_registry>) {
        guard Int(registry.pointee.size) >= MemoryLayout<gt_registry>.size, let slots = registry.pointee.slots else {
            return nil
        }
        self.registry = registry
        self.slots = slots
    }

    /// Whether the app has Swift concurrency that can run on the loop.
    public var hasConcurrency: Bool {
        self.registry.pointee.flags & UInt32(GT_REGISTRY_HAS_CONCURRENCY) != 0
    }

    /// Whether the framework may move Swift's executors to the loop.
    var movesConcurrency: Bool {
        self.registry.pointee.flags & UInt32(GT_REGISTRY_NO_CONCURRENCY) == 0
    }

    /// Tells the framework to leave Swift's executors alone.
    func disableConcurrency() {
        self.registry.pointee.flags |= UInt32(GT_REGISTRY_NO_CONCURRENCY)
    }

    /// Who provides a slot now; null if nobody does.
    public func provider(of slot: Slot) -> Provider? {
        guard let place = self.place(of: slot), let table = place.pointee.table else { return nil }
        let registeredBy = place.pointee.registered_by.map { String(cString: $0) } ?? "the app"
        return Provider(name: Self.name(ofTable: table), registeredBy: registeredBy)
    }

    /// The event loop's table in use.
    var ioloop: UnsafePointer<gt_ioloop>? {
        self.place(of: .ioloop)?.pointee.table?.assumingMemoryBound(to: gt_ioloop.self)
    }

    /// The HTTP server's table in use.
    var httpserver: UnsafePointer<gt_httpserver>? {
        self.place(of: .httpserver)?.pointee.table?.assumingMemoryBound(to: gt_httpserver.self)
    }

    /// The greenlets' table in use.
    var suspend: UnsafePointer<gt_suspend>? {
        self.place(of: .suspend)?.pointee.table?.assumingMemoryBound(to: gt_suspend.self)
    }

    /// Whether the registry has that slot at all.
    func has(_ slot: Slot) -> Bool {
        self.place(of: slot) != nil
    }

    /// Puts `table` into a slot as gtornado's, and remembers the one before.
    func swap(_ slot: Slot, for table: UnsafeRawPointer) {
        guard let place = self.place(of: slot) else { return }
        if place.pointee.replaced == nil { place.pointee.replaced = place.pointee.table }
        place.pointee.table = table
        place.pointee.registered_by = Self.gtornado
    }

    /// Puts `table` in front of the one in use: the same provider, with a function or two exchanged.
    func wrap(_ slot: Slot, in table: UnsafeRawPointer) {
        self.place(of: slot)?.pointee.table = table
    }

    private func place(of slot: Slot) -> UnsafeMutablePointer<gt_slot>? {
        slot.rawValue < Int32(clamping: self.registry.pointee.slot_count) ? self.slots + Int(slot.rawValue) : nil
    }

    /// Every table begins alike: size, version, name.
    private static func name(ofTable table: UnsafeRawPointer) -> String {
        let head = table.assumingMemoryBound(to: gt_resolver.self)
        return head.pointee.name.map { String(cString: $0) } ?? "unnamed"
    }

    // Immutable bytes that live as long as the process.
    nonisolated(unsafe) private static let gtornado = StaticText("gtornado").pointer
}

/// A literal's bytes as C wants them: ending in NUL, and never freed.
struct StaticText {
    let pointer: UnsafePointer<CChar>

    init(_ text: StaticString) {
        self.pointer = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
