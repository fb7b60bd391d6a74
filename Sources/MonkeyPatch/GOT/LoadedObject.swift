// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CMonkeyPatch

/// A library that the dynamic linker has loaded, or the program itself.
///
/// The value holds no memory of the library's: what is read from it is copied. Reading is sound only inside of
/// `visitAll`, as long as nothing can be unloaded.
struct LoadedObject: ImageBytes {
    /// What tells one loaded object from another, until something is unloaded.
    struct Identity: Hashable {
        let path: String
        let base: UInt64
    }

    let identity: Identity
    let segments: [ELFFile.Segment]

    /// The path it was loaded from; empty for the program itself.
    var path: String {
        self.identity.path
    }

    private init(_ object: gt_loaded_object) {
        self.identity = Identity(path: String(cString: object.name), base: object.base)
        self.segments = ELFFile.Segment.table(
            [UInt8](UnsafeRawBufferPointer(start: object.program_headers, count: object.program_header_bytes))
        )
    }

    /// Calls `visit` for each loaded object, the program first, while none can be loaded or unloaded.
    ///
    /// `visit` must neither load nor look up anything: the linker would wait for itself.
    ///
    /// - Returns: How many objects were unloaded since the process began.
    @discardableResult
    static func visitAll(_ visit: (LoadedObject) -> Void) -> UInt64 {
        withoutActuallyEscaping(visit) { visit in
            var walk = Walk(visit: visit)
            withUnsafeMutablePointer(to: &walk) { walk in
                gt_each_loaded_object(
                    { object, context in
                        guard let object, let walk = context?.assumingMemoryBound(to: Walk.self) else { return }
                        walk.pointee.unloaded = object.pointee.unloaded
                        walk.pointee.visit(LoadedObject(object.pointee))
                    },
                    walk
                )
            }
            return walk.unloaded
        }
    }

    private struct Walk {
        let visit: (LoadedObject) -> Void
        var unloaded: UInt64 = 0
    }

    /// Where the object is in memory, its parts and the gaps between them.
    var range: Range<UInt64> {
        let loaded = self.segments.filter { $0.type == ELFConstant.segmentLoad }
        guard let first = loaded.map(\.address).min(), let end = loaded.map({ $0.address &+ $0.memorySize }).max(),
            first < end
        else { return self.identity.base..<self.identity.base }
        return self.identity.base &+ first..<self.identity.base &+ end
    }

    /// The segment that is loaded where that word of memory is.
    func segment(at address: UInt64) -> ELFFile.Segment? {
        self.segments.first { segment in
            segment.type == ELFConstant.segmentLoad
                && segment.position(of: address &- self.identity.base, size: 8, limit: segment.memorySize) != nil
        }
    }

    func piece(atAddress address: UInt64, size: UInt64) -> [UInt8]? {
        let memory = self.identity.base &+ address
        let isLoaded = self.segments.contains { segment in
            segment.type == ELFConstant.segmentLoad && segment.flags.contains(.readable)
                && segment.position(of: address, size: size, limit: segment.memorySize) != nil
        }
        guard isLoaded, let start = UnsafeRawPointer(bitPattern: UInt(memory)) else { return nil }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(size)))
    }

    /// The table for the dynamic linker, with addresses as linked; null where there is none.
    var dynamicTable: DynamicTable? {
        guard let segment = self.segments.first(where: { $0.type == ELFConstant.segmentDynamic }),
            let bytes = self.piece(atAddress: segment.address, size: segment.memorySize)
        else { return nil }
        return DynamicTable(bytes).unrelocated(base: self.identity.base, image: self.range)
    }
}
