// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What a leak would make grow.
struct Stats: Encodable {
    let greenlets: Int
    let descriptors: Int
    let threads: Int
    let kilobytes: Int

    static var now: Stats {
        Stats(
            greenlets: RunInfo.greenlets(stacks: false).count,
            descriptors: entries(of: "/proc/self/fd"),
            threads: entries(of: "/proc/self/task"),
            kilobytes: residentPages() * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
        )
    }

    private static func entries(of path: String) -> Int {
        guard let folder = opendir(path) else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private static func residentPages() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
