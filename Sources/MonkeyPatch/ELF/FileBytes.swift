// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// The bytes of a file, read piece by piece.
///
/// The file may change or shrink while it is read: a piece is there or not.
struct FileBytes {
    private enum Storage {
        case memory([UInt8])
        case file(Descriptor)
    }

    /// Closes the file when the last copy of the value is gone.
    private final class Descriptor: Sendable {
        let number: Int32

        init(_ number: Int32) {
            self.number = number
        }

        deinit {
            close(self.number)
        }
    }

    /// No table of a real library is larger; a file that says so is not read into memory.
    static let largestPiece = 256 * 1024 * 1024

    private let storage: Storage
    /// Bytes in the file.
    let count: Int

    init(_ bytes: [UInt8]) {
        self.storage = .memory(bytes)
        self.count = bytes.count
    }

    /// Takes over a descriptor of a regular file of `count` bytes.
    init(descriptor: Int32, count: Int) {
        self.storage = .file(Descriptor(descriptor))
        self.count = count
    }

    /// The `size` bytes at `offset`; null unless all of them are there.
    func piece(at offset: UInt64, size: UInt64) -> [UInt8]? {
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= UInt64(self.count), size <= UInt64(Self.largestPiece) else { return nil }
        switch self.storage {
        case .memory(let bytes):
            return Array(bytes[Int(offset)..<Int(end)])
        case .file(let descriptor):
            return Self.read(descriptor.number, at: Int(offset), size: Int(size))
        }
    }

    private static func read(_ descriptor: Int32, at offset: Int, size: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size, let start = buffer.baseAddress {
                let count = pread(descriptor, start + filled, size - filled, offset + filled)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                filled += count
            }
        }
        return bytes.count == size ? bytes : nil
    }
}

extension [UInt8] {
    /// The little-endian number at `offset`; null where the bytes end before it does.
    func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Number.Type
    ) -> Number? {
        guard offset >= 0, offset <= self.count, self.count - offset >= MemoryLayout<Number>.size else { return nil }
        return self.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }

    /// The text at `offset`, up to its NUL; null where there is none.
    func text(at offset: Int) -> String? {
        guard offset >= 0, offset < self.count, let end = self[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: self[offset..<end], as: UTF8.self)
    }
}
