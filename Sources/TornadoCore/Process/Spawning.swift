// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// A program and how to start it.
struct Spawning {
    var file: String
    var arguments: [String]
    /// Null is this process's.
    var environment: [String: String]?
    /// Null is this process's.
    var folder: String?
    var startsGroup: Bool

    /// Starts it; returns its id.
    ///
    /// - Throws: ``SubprocessError``.
    func start(_ descriptors: [Int32]) throws(SubprocessError) -> pid_t {
        let words = [self.file] + self.arguments + (self.folder.map { [$0] } ?? [])
        let variables = self.environment.map { $0.map { "\($0.key)=\($0.value)" } }
        guard !(words + (variables ?? [])).contains(where: { $0.utf8.contains(0) }) else {
            throw SubprocessError(EINVAL, "Cannot start '\(self.file)': there is a NUL in its arguments or environment")
        }
        var id: pid_t = 0
        let code = Self.withCStrings(self.arguments) { arguments in
            Self.withCStrings(variables ?? []) { own in
                self.file.withCString { file in
                    Self.withCString(self.folder) { folder in
                        var spawn = gt_spawn()
                        spawn.file = file
                        spawn.arguments = UnsafePointer(arguments)
                        spawn.environment = UnsafePointer(variables == nil ? environ : own)
                        spawn.folder = folder
                        spawn.descriptors = (descriptors[0], descriptors[1], descriptors[2])
                        spawn.new_group = self.startsGroup ? 1 : 0
                        return gt_spawn_start(&spawn, &id)
                    }
                }
            }
        }
        guard code == 0 else { throw .notStarted(self.arguments, self.folder, code) }
        return id
    }

    private static func withCString<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
        guard let text else { return body(nil) }
        return text.withCString { body($0) }
    }

    /// Calls `body` with the texts as C has lists of them, which end in null.
    private static func withCStrings<Value>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Value
    ) -> Value {
        var copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    }
}
