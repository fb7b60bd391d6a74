// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// What people read, compared with what is written down in `Snapshots/`.
enum Snapshot {
    /// Set to write down what is printed now.
    private static let isUpdating = ProcessInfo.processInfo.environment["GTORNADO_UPDATE_SNAPSHOTS"] == "1"

    /// Compares a text, without what differs from one machine to the next, with the snapshot of that name.
    static func check(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
        let url = Place.snapshots.appending(path: name + ".txt")
        let text = self.normalised(text)
        if self.isUpdating {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            return try Data(text.utf8).write(to: url)
        }
        let expected = try? String(contentsOf: url, encoding: .utf8)
        #expect(
            text == expected,
            "see Snapshots/\(name).txt; GTORNADO_UPDATE_SNAPSHOTS=1 writes it anew",
            sourceLocation: location
        )
    }

    /// Paths of this run, versions of this machine, and what counts with them.
    static func normalised(_ text: String) -> String {
        text.replacingOccurrences(of: Fixture.folder, with: "DIR")
            .replacingOccurrences(of: Tool.gtornado, with: "BIN/gtornado")
            .replacing(/libevent 2\.[0-9.]+[-a-z]*/, with: "libevent VERSION")
            .replacing(/OpenSSL [0-9.]+[a-z]*/, with: "OpenSSL VERSION")
            .replacing(/"version": "2\.[0-9.]+[-a-z]*"/, with: "\"version\": \"VERSION\"")
            .replacing(/"\/[^"]*\/(lib[a-z]+\.so\.[0-9]+)"/) { "\"SYSTEM/\($0.output.1)\"" }
            .replacing(/for (x86-64|AArch64), [0-9]+ bytes/, with: "for CPU, SIZE bytes")
            .replacing(/this is (x86-64|AArch64)/, with: "this is CPU")
            .replacing(/Swift 6\.[0-9.]+/, with: "Swift VERSION")
            .replacing(/"swift": "6\.[0-9.]+"/, with: "\"swift\": \"VERSION\"")
            .replacing(/(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):[0-9]{4,5}/) { "\($0.output.1):PORT" }
    }
}
