// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// How names become addresses.
struct ResolverOptions: ParsableArguments {
    static let resolverVariable = Setting("RESOLVER")

    @Option(
        name: .customLong("resolver"),
        help: Self.resolverVariable.help(
            "How names become addresses: libc's own getaddrinfo on threads, or libevent's evdns on the loop.",
            default: ResolverName.threads.rawValue,
            valueName: "resolver"
        )
    )
    var resolver: ResolverName?

    /// The resolver, by its flag, its variable or the default.
    func chosen() throws -> ResolverChoice {
        try (self.resolver ?? Self.resolverVariable.value(as: ResolverName.self))?.choice ?? .threads
    }
}

/// The resolvers, as the command line names them.
enum ResolverName: String, CaseIterable, ExpressibleByArgument {
    case threads
    case evdns

    var choice: ResolverChoice {
        switch self {
        case .threads: .threads
        case .evdns: .evdns
        }
    }
}
