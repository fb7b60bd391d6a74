// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import LibeventProviders

/// What libevent waits with.
public enum LibeventMethod {
    /// Chooses the method for every loop made from now on.
    ///
    /// - Throws: A usage error if libevent does not have it here.
    public static func select(_ method: String) throws(MonkeyError) {
        let methods = LibeventLoop.availableMethods
        guard methods.contains(method) else {
            let near = Suggestion.near(method, in: methods).first
            throw MonkeyError(
                .usage,
                "libevent has no method '\(method)'",
                because: "libevent \(LibeventLoop.version) has \(methods.joined(separator: ", ")) on this system",
                remedies: [near.map { "did you mean \($0)?" } ?? "leave --libevent-method out: it takes the best"]
            )
        }
        do {
            try LibeventLoop.select(method: method)
        } catch {
            throw MonkeyError(
                .system,
                "libevent cannot wait with \(method)",
                because: "\(error)",
                try: "leave --libevent-method out: it takes the best"
            )
        }
    }
}
