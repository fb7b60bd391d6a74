// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The dynamic linker's list of the system's libraries, `/etc/ld.so.cache`.
struct LinkerCache {
    private static let magic = Array("glibc-ld.so.cache1.1".utf8)
    private static let headerSize = 48
    private static let entrySize = 24

    private var files: [String: [String]] = [:]

    /// Reads the list; one that is not there, or is no list, is empty.
    init(path: String = "/etc/ld.so.cache") {
        let file = try? PluginPath.open(path)
        self.init(file.flatMap { $0.piece(at: 0, size: UInt64($0.count)) } ?? [])
    }

    init(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic), let count = bytes.number(at: Self.magic.count, as: UInt32.self) else {
            return
        }
        for index in 0..<Int(count) {
            let start = Self.headerSize + index * Self.entrySize
            guard let key = bytes.number(at: start + 4, as: UInt32.self),
                let value = bytes.number(at: start + 8, as: UInt32.self)
            else { return }
            guard let name = bytes.text(at: Int(key)), let file = bytes.text(at: Int(value)) else { continue }
            self.files[name, default: []].append(file)
        }
    }

    /// The files of that name, for whatever CPU, best first.
    func files(named name: String) -> [String] {
        self.files[name] ?? []
    }
}
