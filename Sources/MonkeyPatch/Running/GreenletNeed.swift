// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A run that was told to have greenlets does not go on without.
enum GreenletNeed {
    /// Checks that there is an engine, if one was asked for.
    ///
    /// - Parameters:
    ///   - option: What asked: "--cores 100"; null if nothing did.
    ///   - selection: What was to be patched.
    ///   - registry: The plugin's.
    /// - Throws: A usage error if the engine was switched off, else one that says why there is none.
    static func check(
        _ option: String?,
        _ selection: Selection,
        of registry: ProviderRegistry
    ) throws(MonkeyError) {
        guard let option, registry.provider(of: .suspend) == nil else { return }
        if !selection.contains(.greenlet) {
            throw MonkeyError(
                .usage,
                "cannot use \(option)",
                because: "it needs greenlets, and the patch greenlet is not selected",
                try: "select it: do without --no-patch greenlet, or add it to --patch",
                "or leave \(option) out: synchronous handlers then run one after another"
            )
        }
        throw MonkeyError(
            .system,
            "cannot use \(option)",
            because: "this plugin cannot have greenlets: its registry or its event loop is of an older kind",
            try: "build it anew with this version of gtornado",
            "or leave \(option) out: synchronous handlers then run one after another"
        )
    }
}
