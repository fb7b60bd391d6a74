// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

/// What tests of an example cannot do without: a server to start, and the example, which is left out of the build where
/// its library is not installed.
struct Needs {
    private var missing: [String] = []

    /// What is missing of a server and an example; each is named with Debian's package for it.
    init(
        _ server: String,
        from serverPackage: String,
        _ isInstalled: Bool,
        example: String? = nil,
        from libraryPackage: String = ""
    ) {
        if !isInstalled { self.missing.append("\(server) (Debian: \(serverPackage))") }
        if let example, !ClientApp.isBuilt(example) {
            self.missing.append("the example \(example) (Debian: \(libraryPackage), then build the examples again)")
        }
    }

    /// Whether the tests can run.
    var areMet: Bool { self.missing.isEmpty }

    /// Why they cannot.
    var comment: Comment { "needs \(self.missing.joined(separator: " and "))" }
}
