// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("CGI variables")
struct CGIVariablesTests {
    /// The variables of a request, as Latin-1 text.
    private func variables(
        _ method: String = "GET",
        _ target: String = "/",
        host: String = "a",
        fields: [(String, String)] = [],
        _ connection: CGIVariables.Connection = CGIVariables.Connection()
    ) -> [String: String] {
        let arena = Arena()
        let views = arena.response(200, headers: fields)
        var request = gt_request()
        request.method = arena.view(method)
        request.target = arena.view(target)
        request.host = arena.view(host)
        request.headers = views.headers
        request.header_count = fields.count
        request.version_major = 1
        request.version_minor = 1
        let all = CGIVariables(request, connection).all
        #expect(Set(all.map(\.name)).count == all.count)
        withExtendedLifetime(arena) {}
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, latin1($0.value)) })
    }

    @Test(
        "take a target apart",
        arguments: [
            ("/", "/", ""), ("/a/b?c=d&e", "/a/b", "c=d&e"), ("/a?", "/a", ""), ("/?a?b", "/", "a?b"),
            ("/%41%2f%c3%a9", "/A/\u{C3}\u{A9}", ""), ("/%4", "/%4", ""), ("/%", "/%", ""), ("/%zz%4g", "/%zz%4g", ""),
            ("/%2541", "/%41", ""), ("/a?%41", "/a", "%41"), ("/%00", "/\0", ""), ("//a", "//a", ""),
            ("http://h:1/p?q", "/p", "q"), ("http://h", "/", ""), ("http://h?q", "/", "q"), ("*", "*", ""),
            ("h:443", "", ""), ("/a:b://c", "/a:b://c", ""),
        ]
    )
    func targets(_ row: (target: String, path: String, query: String)) {
        let found = self.variables("GET", row.target)
        #expect(found["PATH_INFO"] == row.path)
        #expect(found["QUERY_STRING"] == row.query)
        #expect(found["REQUEST_URI"] == row.target)
        #expect(found["SCRIPT_NAME"] == "")
    }

    @Test(
        "pass on fields that cannot be mistaken",
        arguments: [
            ("Content-Type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH"), ("X-User", "HTTP_X_USER"),
            ("x-a1", "HTTP_X_A1"), ("Host", "HTTP_HOST"), ("Proxy", nil), ("pRoXy", nil), ("X_User", nil),
            ("X.User", nil), ("Content_Type", nil), ("X-User!", nil),
        ]
    )
    func names(_ row: (field: String, variable: String?)) {
        let found = self.variables(fields: [(row.field, "v")])
        #expect(found.filter { $0.value == "v" }.map(\.key) == (row.variable.map { [$0] } ?? []))
    }

    @Test("join fields of one name")
    func lists() {
        let found = self.variables(fields: [("A", "1"), ("cookie", "b"), ("a", "2"), ("Cookie", "c"), ("A_", "3")])
        #expect(found["HTTP_A"] == "1, 2")
        #expect(found["HTTP_COOKIE"] == "b; c")
    }

    @Test("name the server and the client")
    func connection() {
        var connection = CGIVariables.Connection()
        connection.serverPort = 8888
        connection.remoteAddress = "10.0.0.1"
        connection.remotePort = 1234
        var found = self.variables(host: "a.example:99", connection)
        #expect(found["SERVER_NAME"] == "a.example")
        #expect(found["SERVER_PORT"] == "8888")
        #expect(found["REMOTE_ADDR"] == "10.0.0.1")
        #expect(found["REMOTE_PORT"] == "1234")
        #expect(found["HTTPS"] == nil)
        found = self.variables(host: "[::1]:99", connection)
        #expect(found["SERVER_NAME"] == "[::1]")
        connection = CGIVariables.Connection()
        connection.scheme = "https"
        found = self.variables(host: "", connection)
        #expect(found["SERVER_NAME"] == "127.0.0.1")
        #expect(found["SERVER_PORT"] == "443")
        #expect(found["HTTPS"] == "on")
        #expect(found["REMOTE_PORT"] == nil)
    }
}
