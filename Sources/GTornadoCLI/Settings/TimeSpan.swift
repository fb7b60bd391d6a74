// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser

/// A length of time as people write it: `10`, `10s`, `500ms`, `1m`.
struct TimeSpan: ExpressibleByArgument, Equatable {
    let seconds: Double

    /// A day: more is a mistake.
    private static let longest = 86_400.0

    init(seconds: Double) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("", 1)]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }) else { return nil }
        let number = argument.dropLast(unit.suffix.count)
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }),
            let value = Double(number)
        else { return nil }
        let seconds = value * unit.seconds
        guard seconds.isFinite, seconds <= Self.longest else { return nil }
        self.seconds = seconds
    }

    var defaultValueDescription: String {
        Self.text(self.seconds)
    }

    /// As short as it can be said.
    static func text(_ seconds: Double) -> String {
        if seconds > 0, seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
