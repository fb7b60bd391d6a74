// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

extension ProviderRegistry {
    /// Puts a copy of the HTTP server's table into its place, with functions of one's own.
    ///
    /// It is as large as the original says, which may be more than this version of the header knows, and it is never
    /// freed.
    func wrapHTTPServer(_ change: (inout gt_httpserver) -> Void) {
        guard let table = self.httpserver else { return }
        let size = max(Int(table.pointee.size), MemoryLayout<gt_httpserver>.size)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: size,
            alignment: MemoryLayout<gt_httpserver>.alignment
        )
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        memory.copyMemory(from: table, byteCount: Int(table.pointee.size))
        change(&memory.assumingMemoryBound(to: gt_httpserver.self).pointee)
        self.wrap(.httpserver, in: memory)
    }
}
