// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// How an app's main ends its process.
@Suite("The plugin's main")
struct PluginTests {
    @Test("that throws is told on standard error, and ends with status 70")
    func failure() throws {
        let app = try ChildProcess([Place.fixture("loopapp-main")], environment: ["LOOPAPP_FAIL": "1"])
        #expect(try app.wait() == .exited(70))
        #expect(app.errors == "loopapp: the app was told to fail\n")
        #expect(app.output == "")
    }

    @Test("that returns ends with status 0")
    func success() throws {
        let app = try ChildProcess([Place.fixture("loopapp-main")], environment: ["LOOPAPP_ONLY": "no such check"])
        #expect(try app.wait() == .exited(0))
        #expect(app.output == "backend epoll\n0 checks, 0 failed\n")
    }
}
