// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The bytes of a library by the addresses that it was linked at, whether it is a file or is loaded.
protocol ImageBytes {
    /// The `size` bytes at `address`; null unless the image has all of them.
    func piece(atAddress address: UInt64, size: UInt64) -> [UInt8]?
}

extension ELFFile: ImageBytes {
    func piece(atAddress address: UInt64, size: UInt64) -> [UInt8]? {
        for segment in self.segments where segment.type == ELFConstant.segmentLoad {
            guard let start = segment.position(of: address, size: size, limit: segment.size) else { continue }
            let (offset, overflow) = segment.offset.addingReportingOverflow(start)
            return overflow ? nil : self.bytes.piece(at: offset, size: size)
        }
        return nil
    }
}
