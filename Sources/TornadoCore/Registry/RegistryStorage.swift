// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import ProviderKit

/// The image's registry in the memory that the seam shows to runners.
///
/// It is made on first use, never freed, and changed only before the app's main or on its thread: that is why the
/// pointers need no lock.
enum RegistryStorage {
    nonisolated(unsafe) static let slots: UnsafeMutablePointer<gt_slot> = {
        let slots = UnsafeMutablePointer<gt_slot>.allocate(capacity: Int(GT_SLOT_COUNT))
        let names: [StaticString] = ["ioloop", "httpserver", "resolver", "suspend"]
        for (index, name) in names.enumerated() {
            (slots + index).initialize(
                to: gt_slot(name: StaticText.pointer(name), table: nil, registered_by: nil, replaced: nil)
            )
        }
        let owner = StaticText.pointer("Tornado")
        slots[Int(GT_SLOT_IOLOOP)].table = UnsafeRawPointer(EpollLoop.table)
        slots[Int(GT_SLOT_IOLOOP)].registered_by = owner
        slots[Int(GT_SLOT_HTTPSERVER)].table = UnsafeRawPointer(
            BuiltinHTTPServer.table(over: UnsafePointer(slots + Int(GT_SLOT_IOLOOP)))
        )
        slots[Int(GT_SLOT_HTTPSERVER)].registered_by = owner
        return slots
    }()

    nonisolated(unsafe) static let registry: UnsafeMutablePointer<gt_registry> = {
        let registry = UnsafeMutablePointer<gt_registry>.allocate(capacity: 1)
        registry.initialize(
            to: gt_registry(
                size: UInt32(MemoryLayout<gt_registry>.size),
                flags: LoopConcurrency.isSupported ? UInt32(GT_REGISTRY_HAS_CONCURRENCY) : 0,
                slot_count: UInt32(GT_SLOT_COUNT),
                reserved: 0,
                slots: Self.slots
            )
        )
        return registry
    }()
}

/// The registry of this image, for `Monkey.patchAll()` in the same executable.
@c @implementation
public func gtornado_registry_v1() -> UnsafeMutablePointer<gt_registry> {
    RegistryStorage.registry
}
