// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

@testable import Tornado

@Suite struct PathPatternTests {
    static let matching: [(String, String, [String?])] = [
        ("/", "/", []),
        ("/a.b", "/axb", []),
        (#"/a\.b"#, "/a.b", []),
        ("/(.*)", "/", [""]),
        ("/(.*)", "/x/y", ["x/y"]),
        ("/story/([0-9]+)", "/story/42", ["42"]),
        (#"/story/(\d+)/edit"#, "/story/42/edit", ["42"]),
        ("/([^/]+)/([^/]*)", "/a/", ["a", ""]),
        ("/(.*)/(.*)", "/a/b/c", ["a/b", "c"]),
        ("/(.*?)/(.*)", "/a/b/c", ["a", "b/c"]),
        ("/(?P<name>[a-z]+)", "/abc", ["abc"]),
        ("/(?:a|b)c", "/bc", []),
        ("/(a|ab)(c|bcd)", "/abcd", ["a", "bcd"]),
        ("/(a)?b", "/b", [nil]),
        ("/x{2,3}", "/xxx", []),
        ("/?", "", []),
        ("^/a$", "/a", []),
        (#"/[\w.-]+"#, "/a-b.c_9", []),
        ("/[]a]+", "/]a", []),
        ("(a*)*b", "aaab", ["aaa"]),
    ]

    @Test(arguments: matching)
    func matches(pattern: String, path: String, groups: [String?]) throws {
        #expect(try PathPattern(pattern).groups(of: path) == groups)
    }

    @Test(arguments: [
        ("/", "/a"), ("/a", "/"), ("/story/([0-9]+)", "/story/"), ("/story/([0-9]+)", "/story/4x"), ("/(.*)", "x"),
        ("/x{2,3}", "/xxxx"), ("/[^a]", "/a"), ("/a|/b", "/c"), ("/(.*)", "/a\nb"), ("/a", "/a\n"),
    ])
    func doesNotMatch(pattern: String, path: String) throws {
        #expect(try PathPattern(pattern).groups(of: path) == nil)
    }

    @Test(arguments: [
        "(", ")", "[a", "[b-a]", "a**", "*", #"\"#, "(?=a)", #"(a)\1"#, "(?P<a>x)(?P<a>y)", "a{3,2}", "a{9999}", #"\b"#,
        "((((a{100}){100}){100}){100})", String(repeating: "(", count: 1000),
    ])
    func refuses(pattern: String) {
        #expect(throws: PatternError.self) { try PathPattern(pattern) }
    }

    /// A backtracking matcher would need 2 to the power of 5,000 steps.
    @Test(.timeLimit(.minutes(1)))
    func takesLinearTime() throws {
        let path = String(repeating: "a", count: 5000) + "!"
        #expect(try PathPattern("(a|aa)+b").groups(of: path) == nil)
        #expect(try PathPattern("(a*)*(a*)*b").groups(of: path) == nil)
    }

    @Test func makesPaths() throws {
        #expect(try PathPattern("/a/([^/]+)/(.*)/?").reverse(["x y", "1/2"]) == "/a/x%20y/1/2/".dropLast())
        #expect(throws: RoutingError.self) { try PathPattern("/(a)").reverse([]) }
        #expect(throws: RoutingError.self) { try PathPattern("/((a)b)").reverse(["a", "b"]) }
    }

    @Test func theFirstOfManyRoutesWins() throws {
        let table = RuleTable()
        for index in 0..<20 { table.add(.url("/r\(index)", RequestHandler.self, name: "\(index)")) }
        table.add(.url("/r([0-9])x", RequestHandler.self, name: "group"))
        table.add(.url("/r5x", RequestHandler.self, name: "hidden"))
        func name(_ path: String) -> String? {
            var match = PathMatch()
            var path = path
            return path.withUTF8 { table.find($0, &match)?.spec.name }
        }
        #expect(name("/r7") == "7")
        #expect(name("/r5x") == "group")
        #expect(name("/r20") == nil)
    }
}

@Suite struct RedirectTargetTests {
    @Test(arguments: [
        ("/new/{0}", ["a"], "/new/a"), ("https://host/{0}", ["//x"], "https://host///x"), ("{0}", ["/a"], "/a"),
        ("/{0}?q={1}", ["a", "http://evil"], "/a?q=http://evil"), ("https://{0}", [""], "https://"),
    ])
    func fills(template: String, arguments: [String], expected: String) throws {
        #expect(try RedirectTarget.fill(template, arguments, [:]) == expected)
    }

    @Test(arguments: [
        ("/{0}", "/evil"), ("/{0}", #"\evil"#), ("/{0}", "\t/evil"), ("{0}", "http://evil"), ("{0}", "//evil"),
        ("{0}", "https:evil"), ("{0}", "javascript:alert(1)"), ("https://host{0}", ".evil"),
        ("https://host{0}", "@evil"),
        ("https://host{0}", ":80"), ("/{0}", "a\r\nb"), ("{0}", " //evil"), ("{0}", #"/\/evil"#), ("{0}", "///evil"),
    ])
    func refusesOtherSites(template: String, value: String) {
        #expect(throws: HTTPError.self) { try RedirectTarget.fill(template, [value], [:]) }
    }
}
