// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The last host that was found valid: clients name the same one again and again, and it need not be looked through.
public final class KnownHost {
    private static let capacity = 256

    private let text: UnsafeMutablePointer<UInt8>
    private var count = 0

    /// One that knows nothing yet.
    public init() {
        self.text = .allocate(capacity: KnownHost.capacity)
    }

    deinit {
        self.text.deallocate()
    }

    /// The same as ``RequestHost/isValid(_:portRequired:)``.
    @inline(__always)
    func isValid(_ host: gt_bytes) -> Bool {
        if host.size == self.count, self.count > 0, ByteScan.equal(host.data, self.text, count: self.count) {
            return true
        }
        return self.isValidAnew(host)
    }

    private func isValidAnew(_ host: gt_bytes) -> Bool {
        guard RequestHost.isValid(host) else { return false }
        if let bytes = host.data, host.size <= KnownHost.capacity {
            self.text.update(from: bytes, count: host.size)
            self.count = host.size
        }
        return true
    }
}
