// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CMonkeyPatch
import Glibc
import LibeventProviders

/// What turns names into addresses, for the app's framework and for the libc calls that are patched.
public enum ResolverChoice: String, CaseIterable, Sendable {
    /// libc's own `getaddrinfo`, on threads.
    case threads
    /// libevent's DNS, on the loop.
    case evdns
}

/// Gives an app its resolver: the slot `resolver`, and what stands behind a patched `getaddrinfo`.
enum ResolverPatch {
    /// To be applied when the loop is exchanged already, if it is to be.
    ///
    /// - Throws: If evdns was chosen for a loop that is not libevent's.
    static func apply(
        _ choice: ResolverChoice,
        to registry: ProviderRegistry
    ) throws(MonkeyError) -> PatchReport.Outcome {
        guard let ioloop = registry.ioloop else { return .absent }
        if choice == .evdns, !registry.isOnLibevent {
            throw MonkeyError(
                .usage,
                "cannot use --resolver evdns",
                because: "libevent's DNS runs on libevent's loop only, and the loop is left alone",
                try: "patch it too: --ioloop",
                "or take the other one: --resolver threads"
            )
        }
        let table = choice == .evdns ? EvdnsResolver.table : ThreadResolver.table(on: ioloop)
        // Patched calls have libc on a thread built in.
        gt_libc_use_resolver(choice == .evdns ? table : nil)
        guard registry.has(.resolver) else { return .absent }
        let previous = registry.provider(of: .resolver)
        registry.swap(.resolver, for: UnsafeRawPointer(table))
        return .swapped(previous: previous, new: choice.rawValue)
    }
}

extension ProviderRegistry {
    /// Whether the loop is libevent's, wrapped or not: the name is one and the same pointer.
    var isOnLibevent: Bool { self.ioloop?.pointee.name == LibeventLoop.table.pointee.name }
}
