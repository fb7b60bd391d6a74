// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Greenlets

/// Gives an app the greenlet engine: the slot `suspend`, and a loop that tells the hub when it runs.
enum SuspendPatch {
    /// Makes the caller's thread, which must be the loop's, the one that greenlets run on.
    ///
    /// To be applied when the loop is exchanged already, if it is to be.
    static func apply(
        to registry: ProviderRegistry,
        stackSize: Int = GreenletRuntime.standardStackSize
    ) throws(MonkeyError) -> PatchReport.Outcome {
        guard registry.has(.suspend), let ioloop = registry.ioloop else { return .absent }
        let previous = registry.provider(of: .suspend)
        do {
            try GreenletRuntime.open(on: ioloop, stackSize: stackSize)
        } catch  where error.number == ENOTSUP {
            return .impossible(why: "\(error)")
        } catch {
            throw MonkeyError(
                .system,
                "there can be no greenlets",
                because: "\(error)",
                try: "leave them out: --no-patch greenlet"
            )
        }
        registry.wrap(.ioloop, in: UnsafeRawPointer(GreenletRuntime.watched(ioloop)))
        registry.swap(.suspend, for: UnsafeRawPointer(GreenletRuntime.table))
        return .swapped(previous: previous, new: "greenlet")
    }
}
