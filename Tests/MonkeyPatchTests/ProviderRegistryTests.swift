// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Testing

@testable import MonkeyPatch

/// A registry as a plugin has it, with providers that do nothing.
///
/// It is never freed, as a plugin's own is not.
private struct FakeRegistry {
    let registry: UnsafeMutablePointer<gt_registry>
    let slots: UnsafeMutablePointer<gt_slot>

    init(slotCount: UInt32 = 4, flags: Int = 0) {
        self.slots = .allocate(capacity: 4)
        self.slots.initialize(repeating: gt_slot(), count: 4)
        self.registry = .allocate(capacity: 1)
        self.registry.initialize(
            to: gt_registry(
                size: UInt32(MemoryLayout<gt_registry>.size),
                flags: UInt32(flags),
                slot_count: slotCount,
                reserved: 0,
                slots: self.slots
            )
        )
    }

    func register(_ slot: Int, _ name: StaticString, by owner: StaticString) {
        let table = UnsafeMutablePointer<gt_resolver>.allocate(capacity: 1)
        table.initialize(to: gt_resolver())
        table.pointee.size = UInt32(MemoryLayout<gt_resolver>.size)
        table.pointee.version = 1
        table.pointee.name = StaticText(name).pointer
        self.slots[slot].table = UnsafeRawPointer(table)
        self.slots[slot].registered_by = StaticText(owner).pointer
    }
}

@Suite("The provider registry")
struct ProviderRegistryTests {
    @Test("says who provides what")
    func providers() throws {
        let fake = FakeRegistry()
        fake.register(0, "epoll", by: "Tornado")
        let registry = try #require(ProviderRegistry(fake.registry))
        #expect(registry.provider(of: .ioloop) == .init(name: "epoll", registeredBy: "Tornado"))
        #expect(registry.provider(of: .httpserver) == nil)
    }

    @Test("remembers what was replaced, once")
    func swapping() throws {
        let fake = FakeRegistry()
        fake.register(0, "epoll", by: "Tornado")
        let first = fake.slots[0].table
        let other = FakeRegistry()
        other.register(0, "libevent", by: "nobody")
        let registry = try #require(ProviderRegistry(fake.registry))
        for _ in 0..<2 {
            registry.swap(.ioloop, for: try #require(other.slots[0].table))
            #expect(registry.provider(of: .ioloop) == .init(name: "libevent", registeredBy: "gtornado"))
            #expect(fake.slots[0].replaced == first)
        }
    }

    @Test("is not believed beyond its size and count")
    func limits() throws {
        let small = FakeRegistry()
        small.registry.pointee.size = 8
        #expect(ProviderRegistry(small.registry) == nil)
        let empty = FakeRegistry()
        empty.registry.pointee.slots = nil
        #expect(ProviderRegistry(empty.registry) == nil)
        let one = FakeRegistry(slotCount: 1)
        one.register(1, "tornado", by: "Tornado")
        let registry = try #require(ProviderRegistry(one.registry))
        #expect(registry.has(.ioloop))
        #expect(!registry.has(.httpserver))
        #expect(registry.provider(of: .httpserver) == nil)
    }

    @Test("gets libevent's tables, and a report of it")
    func patching() throws {
        let fake = FakeRegistry(flags: GT_REGISTRY_HAS_CONCURRENCY)
        fake.register(0, "epoll", by: "Tornado")
        let registry = try #require(ProviderRegistry(fake.registry))
        let report = try Patcher.apply(.all, server: .libevent, to: registry)
        #expect(
            report.lines == [
                "ioloop: libevent, in place of epoll (registered by Tornado)",
                "httpserver: libevent (nothing was registered)",
                "concurrency: Swift's tasks run on the loop",
            ]
        )
        #expect(fake.slots[0].replaced != nil)
        #expect(fake.registry.pointee.flags & UInt32(GT_REGISTRY_NO_CONCURRENCY) == 0)
    }

    @Test("keeps what is not selected")
    func keeping() throws {
        let fake = FakeRegistry(flags: GT_REGISTRY_HAS_CONCURRENCY)
        fake.register(0, "epoll", by: "Tornado")
        let table = fake.slots[0].table
        let registry = try #require(ProviderRegistry(fake.registry))
        let report = try Patcher.apply(
            Selection(except: ["ioloop", "httpserver", "concurrency"]),
            server: .libevent,
            to: registry
        )
        #expect(fake.slots[0].table == table)
        #expect(fake.registry.pointee.flags & UInt32(GT_REGISTRY_NO_CONCURRENCY) != 0)
        #expect(
            report.lines == [
                "ioloop: epoll, as registered by Tornado",
                "httpserver: none: the app registered none, and the patch is switched off",
                "concurrency: not moved: the patch is switched off",
            ]
        )
    }

    @Test("gets the server that was chosen", arguments: HTTPServerChoice.allCases)
    func servers(choice: HTTPServerChoice) throws {
        let fake = FakeRegistry()
        let registry = try #require(ProviderRegistry(fake.registry))
        _ = try Patcher.apply(.all, server: choice, to: registry)
        #expect(registry.provider(of: .httpserver)?.name == choice.rawValue)
        #expect(registry.httpserver == choice.table)
    }
}
