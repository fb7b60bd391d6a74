// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

@Suite struct DescriptorTableTests {
    /// What the kernel says of the process: it would make room for clients while they wait otherwise, which takes it long
    /// where there are several threads.
    @Test("There is room for clients before they come", arguments: Provider.allCases)
    func room(provider: Provider) throws {
        var limit = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let server = try WebServer(provider)
        #expect(server.process.status("FDSize") >= min(Int(clamping: limit.rlim_cur), 16_384))
    }

    /// A process begins with a table as large as its parent's descriptors need, and other tests of this one may have
    /// thousands of them just then: what the shell found is the measure.
    @Test("A low limit is kept to", arguments: Provider.allCases)
    func limited(provider: Provider) throws {
        let shell = "ulimit -n 300; grep FDSize /proc/$$/status; exec \"$@\""
        let server = try WebServer(provider, wrapper: ["sh", "-c", shell, "sh"])
        let before = try #require(Int(server.process.line(with: "FDSize").filter(\.isNumber)))
        #expect((300...max(before, 512)).contains(server.process.status("FDSize")))
        #expect(try server.request("/initialize").body == "hi")
    }
}
