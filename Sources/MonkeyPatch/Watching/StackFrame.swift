// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// One place of a backtrace.
public struct StackFrame: Sendable, Equatable, CustomStringConvertible {
    /// The function, as its programmer wrote it; null if no symbol table tells.
    public let function: String?
    /// The file of the library or program that it is in; null for code that is in none.
    public let library: String?
    /// The place in that file's own addresses: what `addr2line -e LIBRARY` wants.
    ///
    /// In callers it lies within the call.
    public let offset: UInt

    /// "function (libapp.so+0x1234)", or what is known of it.
    public var description: String {
        let place = "\(self.libraryName)+0x\(String(self.offset, radix: 16))"
        return self.function.map { "\($0) (\(place))" } ?? place
    }

    /// The library without its folder; "?" for none.
    public var libraryName: String {
        self.library?.split(separator: "/").last.map(String.init) ?? "?"
    }
}

extension [StackFrame] {
    /// Without what is of the greenlet engine on either side: how a greenlet is suspended, and where it begins.
    var withoutEngine: [StackFrame] {
        let begin = self.firstIndex { $0.function?.hasPrefix("gt_") != true } ?? 0
        let end = self[begin...].firstIndex { $0.function == "gt_greenlet_main" || $0.function == "gt_stack_bottom" }
        return Array(self[begin..<(end ?? self.count)])
    }
}
