// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Room for the header views of one message at a time; grows as needed and is used again.
///
/// One table serves all connections of a loop: its contents are dead as soon as the next message is parsed.
public final class HeaderTable {
    /// The views; the first ``count`` are set.
    public var entries: UnsafeMutablePointer<gt_header> { self.storage }
    /// How many views are set.
    public var count: Int { self.used }

    // Private, so that the compiler sees every access and needs no check at run time.
    private var storage: UnsafeMutablePointer<gt_header>
    private var used = 0
    private var capacity: Int
    let knownHost = KnownHost()

    /// A table with room for 32 views to begin with.
    public init() {
        self.capacity = 32
        self.storage = .allocate(capacity: 32)
    }

    deinit {
        self.storage.deallocate()
    }

    @inline(__always)
    func removeAll() {
        self.used = 0
    }

    @inline(__always)
    func append(name: gt_bytes, value: gt_bytes) {
        if self.used == self.capacity { self.grow() }
        (self.storage + self.used).initialize(to: gt_header(name: name, value: value))
        self.used &+= 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<gt_header>.allocate(capacity: self.capacity * 2)
        larger.moveInitialize(from: self.storage, count: self.used)
        self.storage.deallocate()
        self.storage = larger
        self.capacity *= 2
    }
}
