// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// When a fetch came how far: curl's times, in seconds.
///
/// Each but ``queue`` and ``redirect`` is counted from the beginning of the last request; 0 is what did not happen, as
/// connecting does not on a connection that was used before.
public struct HTTPTimeInfo: Sendable, Hashable {
    /// How long the fetch waited for its turn, and for a connection to be free.
    public internal(set) var queue = 0.0
    /// When the host's addresses were known.
    public internal(set) var namelookup = 0.0
    /// When there was a connection.
    public internal(set) var connect = 0.0
    /// When TLS was agreed.
    public internal(set) var appconnect = 0.0
    /// When the request began to be sent.
    public internal(set) var pretransfer = 0.0
    /// When the first byte of the answer was there.
    public internal(set) var starttransfer = 0.0
    /// When the answer was whole.
    public internal(set) var total = 0.0
    /// How long the requests before the last one took, which were answered by redirects or challenges.
    public internal(set) var redirect = 0.0
}
