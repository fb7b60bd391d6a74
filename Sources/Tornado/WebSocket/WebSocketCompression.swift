// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec

/// How messages are compressed (permessage-deflate), if the peer agrees.
///
/// A connection that keeps its contexts holds, from its first compressed message on, about
/// 2^(window + 2) + 2^(memoryLevel + 9) bytes for sending and 2^window + 7 KiB for receiving: 256 KiB and 39 KiB with what is
/// set here at first. With ``serverNoContextTakeover`` and ``clientNoContextTakeover`` connections share them, and an idle
/// one holds nothing.
public struct WebSocketCompression: Sendable, Equatable {
    /// How hard to try, 1 to 9.
    public var level = 6
    /// How much memory matching takes, 1 to 9.
    public var memoryLevel = 8
    /// Messages of fewer bytes are sent as they are.
    public var threshold = 64
    /// The server compresses each message by itself.
    public var serverNoContextTakeover = false
    /// The client compresses each message by itself.
    public var clientNoContextTakeover = false
    /// How far back the server refers, as a power of two, 8 to 15.
    public var serverMaxWindowBits = 15
    /// How far back the client refers, as a power of two, 8 to 15.
    public var clientMaxWindowBits = 15

    /// zlib's usual settings, and contexts that are kept.
    public init() {}

    var wanted: PerMessageDeflate {
        var wanted = PerMessageDeflate()
        wanted.serverNoContextTakeover = self.serverNoContextTakeover
        wanted.clientNoContextTakeover = self.clientNoContextTakeover
        wanted.serverMaxWindowBits = min(max(self.serverMaxWindowBits, 8), 15)
        wanted.clientMaxWindowBits = min(max(self.clientMaxWindowBits, 8), 15)
        return wanted
    }
}
