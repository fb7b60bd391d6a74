// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What has arrived of a request's body and was not read yet.
///
/// However small the pieces are that come and go, moving the rest costs no more than they do.
struct UnreadBody {
    private var bytes: [UInt8] = []
    /// Where the unread part begins.
    private var start = 0

    var count: Int { self.bytes.count - self.start }
    var isEmpty: Bool { self.count == 0 }

    mutating func append(_ piece: UnsafeBufferPointer<UInt8>) {
        // What was read is dropped when it is the larger part.
        if self.start > self.count {
            self.bytes.removeFirst(self.start)
            self.start = 0
        }
        self.bytes.append(contentsOf: piece)
    }

    /// Copies at most `capacity` bytes out; returns how many.
    mutating func take(into buffer: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        let count = min(self.count, capacity)
        self.bytes.withUnsafeBytes { bytes in
            guard count > 0, let base = bytes.baseAddress else { return }
            buffer.copyMemory(from: base + self.start, byteCount: count)
        }
        self.start += count
        if self.isEmpty {
            self.bytes = []
            self.start = 0
        }
        return count
    }
}
