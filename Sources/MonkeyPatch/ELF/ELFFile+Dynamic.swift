// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What the dynamic linker is told.
struct DynamicSection: Equatable {
    /// Libraries the file needs, in order.
    var needed: [String] = []
    /// The file's own name for others to need, where it has one.
    var name: String?
    /// Where the needs of the file, and of what it needs, are looked for first; not where there is a `runpath`.
    var rpath: String?
    /// Where the file's own needs are looked for after LD_LIBRARY_PATH.
    var runpath: String?
    /// The file is a position-independent executable, which looks like a library otherwise.
    var isExecutable = false

    /// Where the file's needs are looked for first, whichever way it says so.
    var searchPath: String? {
        self.runpath ?? self.rpath
    }
}

extension ELFFile {
    /// What the dynamic linker is told; empty where the file has no such part.
    func dynamicSection() throws(ELFError) -> DynamicSection {
        guard let table = try self.dynamicTable() else { return DynamicSection() }
        return table.section(of: self)
    }

    /// The table for the dynamic linker; null where the file has none.
    func dynamicTable() throws(ELFError) -> DynamicTable? {
        guard let segment = self.segments.first(where: { $0.type == ELFConstant.segmentDynamic }) else { return nil }
        guard let bytes = self.bytes.piece(at: segment.offset, size: segment.size) else {
            throw .truncated("dynamic section")
        }
        return DynamicTable(bytes)
    }
}
