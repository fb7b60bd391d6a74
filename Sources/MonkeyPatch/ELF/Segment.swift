// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension ELFFile {
    /// A part of an image that is loaded as one, or that the dynamic linker looks for.
    struct Segment: Equatable {
        /// What may be done with its memory.
        struct Flags: OptionSet {
            let rawValue: UInt32

            static let executable = Flags(rawValue: 1)
            static let writable = Flags(rawValue: 2)
            static let readable = Flags(rawValue: 4)
        }

        var type: UInt32
        var flags: Flags
        var offset: UInt64
        /// Where it was linked to be.
        var address: UInt64
        /// Bytes in the file.
        var size: UInt64
        /// Bytes in memory, zeros behind those of the file.
        var memorySize: UInt64

        /// The segments in a table of program headers.
        static func table(_ bytes: [UInt8]) -> [Segment] {
            stride(from: 0, to: bytes.count, by: ELFConstant.segmentSize).compactMap { Segment(bytes, at: $0) }
        }

        private init?(_ table: [UInt8], at start: Int) {
            guard let type = table.number(at: start, as: UInt32.self),
                let flags = table.number(at: start + 4, as: UInt32.self),
                let offset = table.number(at: start + 8, as: UInt64.self),
                let address = table.number(at: start + 16, as: UInt64.self),
                let size = table.number(at: start + 32, as: UInt64.self),
                let memorySize = table.number(at: start + 40, as: UInt64.self)
            else { return nil }
            self.type = type
            self.flags = Flags(rawValue: flags)
            self.offset = offset
            self.address = address
            self.size = size
            self.memorySize = memorySize
        }

        /// Where in the segment `size` bytes at `address` begin; null unless the first `limit` bytes hold all of them.
        func position(of address: UInt64, size: UInt64, limit: UInt64) -> UInt64? {
            guard address >= self.address else { return nil }
            let start = address - self.address
            let (end, overflow) = start.addingReportingOverflow(size)
            return overflow || end > limit ? nil : start
        }
    }
}
