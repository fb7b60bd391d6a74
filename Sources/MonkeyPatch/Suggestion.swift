// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Names like the one that was meant.
public enum Suggestion {
    /// The candidates near to `word`, nearest first.
    public static func near(_ word: String, in candidates: [String]) -> [String] {
        let limit = max(2, word.count / 3)
        return
            candidates
            .map { (name: $0, distance: Self.distance(from: word.lowercased(), to: $0.lowercased())) }
            .filter { $0.distance <= limit || ($0.name.hasPrefix(word) && !word.isEmpty) }
            .sorted { $0.distance < $1.distance }
            .map(\.name)
    }

    /// Letters to insert, remove, change, or exchange with the next one.
    static func distance(from first: String, to second: String) -> Int {
        let a = Array(first.utf8)
        let b = Array(second.utf8)
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in 0..<b.count {
                row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
