// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

@testable import Tornado

/// Which requests may share connections, and that asking for that is cheap.
@Suite("The HTTP client's pool")
struct ClientPoolTests {
    private func origin(_ core: ClientCore, _ request: HTTPRequest) throws -> ClientOrigin {
        let settings = core.effective(request.sharedSettings)
        return try core.pool.origin(ClientHop(request, core.url(request.url), settings), settings)
    }

    private func core(_ settings: HTTPClientSettings = HTTPClientSettings()) -> ClientCore {
        ClientCore(IOLoop.current, settings, nil)
    }

    @Test("what differs in a setting of the way there, or of TLS, is another origin")
    func keys() throws {
        let core = self.core()
        let changes: [(inout HTTPRequest) -> Void] = [
            { _ in }, { $0.url = "http://localhost:443/" }, { $0.url = "https://localhost:444/" },
            { $0.url = "https://127.0.0.1/" }, { $0.validateCert = false }, { $0.allowIPv6 = false },
            { $0.unixSocket = "/x" }, { $0.networkInterface = "127.0.0.1" },
            {
                $0.proxyHost = "a"
                $0.proxyPort = 1
            },
            {
                $0.proxyHost = "a"
                $0.proxyPort = 2
            },
            {
                $0.sslOptions = SSLOptions()
                $0.sslOptions?.minVersion = .tlsv1_3
            },
            {
                $0.sslOptions = SSLOptions()
                $0.sslOptions?.resumption = false
            },
            {
                $0.sslOptions = SSLOptions()
                $0.sslOptions?.alpn = ["other"]
            },
            {
                $0.validateCert = false
                $0.allowIPv6 = false
            },
        ]
        var origins: [ClientOrigin] = []
        for _ in 0..<2 {
            for (index, change) in changes.enumerated() {
                var request = HTTPRequest("https://localhost/")
                change(&request)
                let found = try self.origin(core, request)
                #expect((found.context != nil) == request.url.hasPrefix("https"))
                #expect(found.keepsTickets == (found.context != nil && index != 11))
                if origins.count < changes.count {
                    #expect(!origins.contains { $0 === found }, "number \(index) shares another's")
                    origins.append(found)
                } else {
                    #expect(origins[index] === found, "number \(index) is not found again")
                }
            }
        }
        core.close()
    }

    @Test("what says the same in other words is the same origin")
    func equals() throws {
        let core = self.core()
        let plain = try self.origin(core, HTTPRequest("https://localhost/"))
        let changes: [(inout HTTPRequest) -> Void] = [
            { $0.requestTimeout = 5 }, { $0.validateCert = true }, { $0.allowIPv6 = true },
            { $0.sslOptions = SSLOptions() }, { $0.sslOptions = SSLOptions(alpn: ["http/1.1"]) },
            { $0.url = "HTTPS://LOCALHOST:443/other" },
        ]
        for (index, change) in changes.enumerated() {
            var request = HTTPRequest("https://localhost/")
            change(&request)
            #expect(try self.origin(core, request) === plain, "number \(index)")
        }
        core.close()
    }

    @Test("a request's settings are worked out once, however often it is made")
    func settings() throws {
        var defaults = HTTPClientSettings()
        defaults.defaults.userAgent = "ours"
        let core = self.core(defaults)
        var request = HTTPRequest("https://localhost/", requestTimeout: 5)
        let first = core.effective(request.sharedSettings)
        #expect(first.userAgent == "ours" && first.requestTimeout == 5)
        let copy = request
        #expect(core.effective(copy.sharedSettings) === first)
        request.streamingCallback = { _ in }
        #expect(core.effective(request.sharedSettings) === first)
        request.userAgent = "mine"
        #expect(core.effective(request.sharedSettings).userAgent == "mine")
        #expect(core.effective(copy.sharedSettings).userAgent == "ours")
        #expect(core.effective(nil) === core.plain)
        core.close()
    }
}
