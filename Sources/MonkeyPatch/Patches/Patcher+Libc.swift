// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Greenlets

extension Patcher {
    /// Gives the app greenlets, and makes the calls that are selected suspend them.
    ///
    /// - Parameters:
    ///   - selection: What is selected.
    ///   - registry: The app's registry, whose loop is exchanged already, if it is to be.
    ///   - scope: Whose calls are rewritten.
    ///   - stackSize: Bytes of stack a greenlet.
    ///   - watched: Families that are patched beside those selected.
    ///   - report: Told what was done.
    /// - Throws: Why there can be no greenlets.
    static func applyGreenlets(
        _ selection: Selection,
        to registry: ProviderRegistry,
        in scope: LibcPatches.Scope,
        stackSize: Int = GreenletRuntime.standardStackSize,
        watched: Set<LibcFamily> = [],
        _ report: inout PatchReport
    ) throws(MonkeyError) {
        var outcome = PatchReport.Outcome.off(why: "the patch is switched off")
        if selection.contains(.greenlet) { outcome = try SuspendPatch.apply(to: registry, stackSize: stackSize) }
        report.add(.greenlet, outcome)
        let selected = Set(Patch.Name.allCases.filter { selection.contains($0) }.compactMap(\.family))
        if case .swapped = outcome {
            report.libc = LibcPatches.apply(selected.union(watched), to: scope)
        }
        for name in Patch.Name.allCases {
            guard let family = name.family else { continue }
            report.add(name, Self.outcome(family, isSelected: selected.contains(family), report))
        }
    }

    private static func outcome(
        _ family: LibcFamily,
        isSelected: Bool,
        _ report: PatchReport
    ) -> PatchReport.Outcome {
        guard isSelected else {
            let isOptIn = family.patch?.isOptIn == true
            return .off(why: isOptIn ? "it must be asked for by name" : "the patch is switched off")
        }
        guard case .swapped = report.outcome(of: .greenlet) else { return .off(why: "there are no greenlets") }
        let (calls, libraries) = report.libc.count(family)
        return .rewritten(calls: calls, libraries: libraries)
    }
}
