// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit

/// A server that a run may have speak TLS: gtornado's under the C plugin, and the framework's own under one in Swift.
enum SecureServer: String, CaseIterable, Sendable {
    case libevent
    case evhttp
    /// The framework's server on libevent's loop.
    case ownServer
    /// The framework's server on its own loop.
    case ownBoth

    var isOwn: Bool { self == .ownServer || self == .ownBoth }

    var flags: [String] {
        switch self {
        case .libevent, .evhttp: ["--httpserver", self.rawValue]
        // Its access log would be all that a test under load has to read.
        case .ownServer: ["--log-level", "error", "--no-patch", "httpserver"]
        case .ownBoth: ["--log-level", "error", "--no-ioloop", "--no-httpserver"]
        }
    }

    func plugin() throws -> String {
        self.isOwn ? try Place.fixture("libwebapp.so") : try Fixture.plugin("children", ["-DCHILDREN"])
    }

    /// What it answers to "/".
    var hello: String { self.isOwn ? "Hello, world" : "hello from C\n" }

    /// A page that takes its time, and what it answers.
    var slow: (path: String, body: String) { self.isOwn ? ("/async", "waited /async") : ("/slow", "slow\n") }

    /// A page that tells what `grep` was told, as a child of the app's, of signals that it ignores.
    var child: String { self.isOwn ? "/child" : "/fork" }
}
