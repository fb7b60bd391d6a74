// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Room for what is received, one for all connections of a client: its contents are taken before the next call.
///
/// Owns the memory; a view of it is valid until the next call.
final class ClientInput {
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: ClientInput.size)
    private static let size = 64 * 1024

    deinit {
        self.bytes.deallocate()
    }

    var capacity: Int { Self.size }

    func receive(from transport: Transport) -> Transport.Outcome {
        transport.receive(into: UnsafeMutableRawBufferPointer(start: self.bytes, count: Self.size))
    }

    /// The first bytes of what was received.
    func bytes(_ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: self.bytes, count: count)
    }
}
