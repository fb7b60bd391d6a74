// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization

/// Writes to the slots of a loaded object, which the linker may have made read-only.
///
/// Used inside of `LoadedObject.visitAll` only: the object cannot go away meanwhile. Other threads may call through a slot
/// while it is written: they find the old function or the new one.
struct SlotMemory {
    private let object: LoadedObject
    private let pageSize = UInt64(sysconf(Int32(_SC_PAGESIZE)))

    init(_ object: LoadedObject) {
        self.object = object
    }

    /// Replaces `before` by `after` where it is still there, page by page.
    ///
    /// - Returns: For each change, 0, the error number of what the system refuses, or `ESTALE` if somebody else has
    ///   written to the slot.
    func replace(_ changes: [(address: UInt64, before: UInt64, after: UInt64)]) -> [Int32] {
        var results = [Int32](repeating: 0, count: changes.count)
        for (page, indices) in Dictionary(grouping: changes.indices, by: { self.page(of: changes[$0].address) }) {
            let protection = self.protection(ofPage: page)
            let isOpen = protection & PROT_WRITE != 0
            if !isOpen, self.protect(page, protection | PROT_WRITE) != 0 {
                let number = errno
                for index in indices { results[index] = number }
                continue
            }
            for index in indices { results[index] = Self.exchange(changes[index]) }
            if !isOpen { _ = self.protect(page, protection) }
        }
        return results
    }

    private func page(of address: UInt64) -> UInt64 {
        address & ~(self.pageSize - 1)
    }

    private func protect(_ page: UInt64, _ protection: Int32) -> Int32 {
        mprotect(UnsafeMutableRawPointer(bitPattern: UInt(page)), Int(self.pageSize), protection)
    }

    /// What the linker has left a page with: its segment's rights, and no writing once relocations are done.
    private func protection(ofPage page: UInt64) -> Int32 {
        guard !self.isReadOnlyAfterRelocation(page) else { return PROT_READ }
        let base = self.object.identity.base
        let segment = self.object.segments.first { segment in
            segment.type == ELFConstant.segmentLoad
                && page < base &+ segment.address &+ segment.memorySize
                && page &+ self.pageSize > base &+ segment.address
        }
        let flags = segment?.flags ?? []
        return (flags.contains(.readable) ? PROT_READ : 0) | (flags.contains(.writable) ? PROT_WRITE : 0)
            | (flags.contains(.executable) ? PROT_EXEC : 0)
    }

    /// The linker protects whole pages only, from the first one that the part begins in to the last one it fills.
    private func isReadOnlyAfterRelocation(_ page: UInt64) -> Bool {
        let base = self.object.identity.base
        return self.object.segments.contains { segment in
            segment.type == ELFConstant.segmentReadOnlyAfterRelocation
                && page >= self.page(of: base &+ segment.address)
                && page < self.page(of: base &+ segment.address &+ segment.memorySize)
        }
    }

    private static func exchange(_ change: (address: UInt64, before: UInt64, after: UInt64)) -> Int32 {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(change.address)) else { return EFAULT }
        // An aligned word of an object that stays loaded; an atomic word has the layout of a plain one.
        let slot = pointer.assumingMemoryBound(to: Atomic<UInt64>.self)
        let result = slot.pointee.compareExchange(
            expected: change.before,
            desired: change.after,
            ordering: .acquiringAndReleasing
        )
        return result.exchanged ? 0 : ESTALE
    }
}
