// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Memory for views that a test hands to the codec; freed with the arena.
final class Arena {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []
    private var fields: [UnsafeMutablePointer<gt_header>] = []

    deinit {
        for block in self.blocks { block.deallocate() }
        for block in self.fields { block.deallocate() }
    }

    /// A view of a copy of the text, one byte a character.
    func view(_ text: String) -> gt_bytes {
        let copy = bytes(text)
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, copy.count))
        block.update(from: copy, count: copy.count)
        self.blocks.append(block)
        return gt_bytes(data: block, size: copy.count)
    }

    /// An answer's head with these fields.
    func response(
        _ status: Int32,
        reason: String = "",
        length: Int64 = -1,
        flags: Int = 0,
        headers: [(String, String)] = []
    ) -> gt_response {
        let block = UnsafeMutablePointer<gt_header>.allocate(capacity: max(1, headers.count))
        for (index, field) in headers.enumerated() {
            (block + index).initialize(to: gt_header(name: self.view(field.0), value: self.view(field.1)))
        }
        self.fields.append(block)
        return gt_response(
            size: UInt32(MemoryLayout<gt_response>.size),
            flags: UInt32(flags),
            status: status,
            reason: self.view(reason),
            headers: block,
            header_count: headers.count,
            content_length: length
        )
    }
}
