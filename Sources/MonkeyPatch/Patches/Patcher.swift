// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Greenlets
import LibeventProviders

/// Applies a selection of patches to one registry.
enum Patcher {
    /// Exchanges what is selected, and says what it did.
    static func apply(
        _ selection: Selection,
        server: HTTPServerChoice,
        to registry: ProviderRegistry
    ) throws(MonkeyError) -> PatchReport {
        try Self.checkState(of: selection)
        var report = PatchReport()
        report.add(.ioloop, try Self.patchIOLoop(selection.contains(.ioloop), registry))
        report.add(.httpserver, Self.patch(.httpserver, selection.contains(.httpserver), registry) { server.table })
        report.add(.concurrency, Self.patchConcurrency(selection.contains(.concurrency), registry))
        return report
    }

    /// Puts libevent's loop in, which tells the greenlets' hub when it runs, where there is a hub already.
    static func patchIOLoop(
        _ isSelected: Bool,
        _ registry: ProviderRegistry
    ) throws(MonkeyError) -> PatchReport.Outcome {
        guard isSelected, registry.provider(of: .suspend)?.registeredBy == "gtornado" else {
            return Self.patch(.ioloop, isSelected, registry) { LibeventLoop.table }
        }
        guard registry.isOnLibevent else {
            throw MonkeyError(
                .usage,
                "cannot exchange the event loop",
                because: "greenlets run on the app's own loop already, and cannot change to another",
                try: "call Monkey.patchIOLoop() before Monkey.patchAll(), or leave `ioloop: false` out there"
            )
        }
        return Self.patch(.ioloop, true, registry) { GreenletRuntime.watched(LibeventLoop.table) }
    }

    private static func checkState(of selection: Selection) throws(MonkeyError) {
        for name in Patch.Name.allCases where selection.contains(name) {
            guard case .unavailable(let why) = Catalogue.state(of: name) else { continue }
            throw MonkeyError(
                .system,
                "cannot patch \(name.rawValue)",
                because: why,
                try: "leave it out: --no-patch \(name.rawValue)"
            )
        }
    }

    static func patch<Table>(
        _ slot: ProviderRegistry.Slot,
        _ isSelected: Bool,
        _ registry: ProviderRegistry,
        table: () -> UnsafePointer<Table>
    ) -> PatchReport.Outcome {
        let previous = registry.provider(of: slot)
        guard isSelected, registry.has(slot) else { return previous.map { .kept($0) } ?? .absent }
        registry.swap(slot, for: UnsafeRawPointer(table()))
        return .swapped(previous: previous, new: registry.provider(of: slot)?.name ?? "unnamed")
    }

    private static func patchConcurrency(_ isSelected: Bool, _ registry: ProviderRegistry) -> PatchReport.Outcome {
        guard isSelected else {
            registry.disableConcurrency()
            return .unmoved(why: "the patch is switched off")
        }
        return registry.hasConcurrency ? .onLoop : .unmoved(why: "the app has no Swift concurrency")
    }
}

extension PatchReport {
    mutating func add(_ name: Patch.Name, _ outcome: Outcome) {
        self.outcomes.append((name, outcome))
    }
}
