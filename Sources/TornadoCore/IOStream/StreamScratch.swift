// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Where a loop's streams read into before they know whose bytes these are: one piece of memory for all of them, so that a
/// stream holds none as long as its reader takes everything.
///
/// What is in it is good only until the loop calls the next handler.
final class StreamScratch {
    static let size = 65536

    /// Owned.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: StreamScratch.size, alignment: 16)

    /// Whether an app looks at what is in it, so that nobody may read into it.
    var isLent = false

    deinit {
        self.bytes.deallocate()
    }
}
