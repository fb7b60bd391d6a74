// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a stream begins TLS with.
struct StreamSecurity {
    let context: TLSContext
    /// Whom a client wants; nil for servers.
    var hostname: String?
    /// Whether the handshake was begun without `connect`.
    var isBegun = false

    /// A session over a connected socket; nil with `errno` set.
    func session(_ descriptor: Int32) -> OpaquePointer? {
        self.context.session(descriptor: descriptor, host: self.hostname)
    }
}
