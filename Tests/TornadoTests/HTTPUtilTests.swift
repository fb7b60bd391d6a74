// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import Tornado

@Suite struct HTTPHeadersTests {
    @Test func isOrderedAndIgnoresCase() {
        var headers: HTTPHeaders = ["A": "1", "b": "2"]
        headers.add("a", "3")
        #expect(headers["a"] == "1,3")
        #expect(headers.getList("A") == ["1", "3"])
        #expect(headers.getAll().map(\.name) == ["A", "b", "a"])
        headers["A"] = "4"
        #expect(headers.getAll().map(\.value) == ["4", "2"])
        headers["c"] = "5"
        headers["B"] = nil
        #expect(headers.getAll().map(\.name) == ["A", "c"])
        #expect(headers["x"] == nil && !headers.contains("b") && headers.contains("C") && headers.count == 2)
    }
}

@Suite struct CookieTests {
    @Test(arguments: [
        ("a=1; b=2", ["a": "1", "b": "2"]),
        ("a=1; a=2", ["a": "2"]),
        (#"a="b; c=d"#, ["a": #""b"#, "c": "d"]),
        ("a=[x]; b=1", ["a": "[x]", "b": "1"]),
        ("=x; a=b", ["": "x", "a": "b"]),
        ("a", ["": "a"]),
        (#"a="\"x\054\\y""#, ["a": #""x,\y"#]),
        (#"a="\\""#, ["a": #"\"#]),
        (" ; ;a = b ;", ["a": "b"]),
        ("a=b=c", ["a": "b=c"]),
        ("", [:]),
    ])
    func parses(text: String, expected: [String: String]) {
        #expect(Cookies.parse(text) == expected)
    }

    @Test(.timeLimit(.minutes(1)))
    func isLinear() {
        let slashes = String(repeating: #"\"#, count: 1_000_000)
        #expect(Cookies.parse("a=\"\(slashes)\"")["a"]?.utf8.count == 500_000)
        #expect(Cookies.parse((0..<100_000).map { "c\($0)=1" }.joined(separator: ";")).count == 100_000)
    }

    @Test(arguments: ["plain", "a;b", "quote\"back\\slash", "blank and, comma", "é"])
    func quotesWhatItParses(value: String) {
        #expect(Cookies.parse("n=" + Cookies.quoted(value))["n"] == value)
        #expect(Cookies.quoted(value).utf8.allSatisfy { $0 > 0x1F && $0 < 0x7F && $0 != 0x3B })
    }
}

@Suite struct MultipartTests {
    private func parse(_ body: String, _ type: String = "multipart/form-data; boundary=XX") throws -> MultipartForm {
        try Array(body.utf8).withUnsafeBufferPointer { try MultipartForm(contentType: type, body: $0) }
    }

    private func part(_ head: String, _ body: String) -> String { "--XX\r\n\(head)\r\n\r\n\(body)\r\n" }

    @Test func readsArgumentsAndFiles() throws {
        let body =
            part(#"Content-Disposition: form-data; name="a""#, "1\r\n--X\r\n")
            + part("content-disposition: form-data; name=a", "")
            + part(
                "Content-Disposition: form-data; name=\"f\"; filename=\"../../etc/passwd\"\r\nContent-Type: x/y",
                "é"
            )
            + part("Content-Disposition: form-data; name=f; filename*=UTF-8''%e2%82%ac%20.txt", "2")
            + "--XX--\r\nepilogue"
        for type in ["multipart/form-data; boundary=XX", "multipart/form-data; charset=x; boundary=\"XX\""] {
            let form = try parse("preamble\r\n" + body, type)
            #expect(form.arguments["a"] == ["1\r\n--X\r\n", ""])
            #expect(form.files["f"]?.map(\.filename) == ["../../etc/passwd", "€ .txt"])
            #expect(form.files["f"]?.map(\.contentType) == ["x/y", "application/unknown"])
            #expect(form.files["f"]?.first?.body == Array("é".utf8))
        }
    }

    static let disposition = "Content-Disposition: form-data; name=\"a\""
    static let refused: [String] = [
        "", "--XX", "--XX\r\n", "--YY--",
        "--XX\r\n\(disposition)\r\n\r\nx\r\n", "--XX\n\(disposition)\n\nx\n--XX--",
        "--XX\r\n\(disposition)\r\n\r\nx\n--XX--", "--XX\r\n\(disposition); filename=\"a\rb\"\r\n\r\nx\r\n--XX--",
        "--XX\r\n\(disposition); filename=\"a\0b\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--XX--", "--XX\r\nX: y\r\n\r\nx\r\n--XX--",
        "--XX\r\n\r\nx\r\n--XX--", "--XX\r\n\(disposition)\r\nx\r\n--XX--",
        "--XXjunk\r\n\(disposition)\r\n\r\nx\r\n--XX--",
        "--XX\r\n\(disposition); filename=\"open\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--XX--",
        "--XX\r\nX: \(String(repeating: "y", count: 20_000))\r\n\(disposition)\r\n\r\nx\r\n--XX--",
        String(repeating: "--XX\r\n\(disposition)\r\n\r\nx\r\n", count: 101) + "--XX--",
        String(repeating: "--XX\r\n\r\n\r\n", count: 50_000) + "--XX--",
        "--XX\r\n\(disposition); filename*=latin1''x\r\n\r\nx\r\n--XX--",
        "--XX\r\n\(disposition); filename*=UTF-8''%0d%0a\r\n\r\nx\r\n--XX--",
    ]

    @Test(arguments: refused)
    func refuses(body: String) {
        #expect(throws: HTTPInputError.self) { try parse(body) }
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""])
    func refusesBoundary(type: String) {
        #expect(throws: HTTPInputError.self) { try parse("--XX--", type) }
    }

    @Test(.timeLimit(.minutes(1)))
    func isLinear() throws {
        let many = String(repeating: ";", count: 8000)
        let body = part("Content-Disposition: form-data; name=\"a\"; x=\"\(many)\"", "1")
        #expect(try parse(body + "--XX--").arguments["a"] == ["1"])
        let lines = String(repeating: "\r\n--X", count: 500_000)
        #expect(try parse(part(Self.disposition, lines) + "--XX--").arguments["a"].first?.utf8.count == 2_500_000)
    }
}

@Suite struct FormArgumentsTests {
    private func parse(_ text: String) throws -> FormArguments {
        var arguments = FormArguments()
        try Array(text.utf8).withUnsafeBufferPointer { try arguments.parse(urlencoded: $0) }
        return arguments
    }

    @Test func parses() throws {
        let form = try parse("a=1&a=2&b=x+y%20%zz%4&=e&c&d==&&%61=3")
        #expect(form["a"] == ["1", "2", "3"])
        #expect(form["b"] == ["x y %zz%4"])
        #expect(form[""] == ["e"] && form["c"] == [""] && form["d"] == ["="])
        #expect(try parse("").isEmpty)
    }

    @Test func limitsTheirNumber() throws {
        let many = (0..<1000).map { "a\($0)" }.joined(separator: "&")
        #expect(try parse(many).names.count == 1000)
        #expect(throws: HTTPInputError.self) { try parse(many + "&b") }
    }

    @Test(.timeLimit(.minutes(1)))
    func isFlatAndLinear() throws {
        let name = "x" + String(repeating: "[a]", count: 8000)
        #expect(try parse(name + "=1")[name] == ["1"])
        #expect(try parse("a=" + String(repeating: "%41", count: 1_000_000))["a"].first?.utf8.count == 1_000_000)
    }
}

@Suite struct SmallPartsTests {
    @Test func namesItsVersion() {
        #expect("\(RequestHandler.serverName)" == "gTornado/\(gtornadoVersion)")
    }

    @Test func formatsTimestamps() {
        #expect(formatTimestamp(784_111_777.9) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(formatTimestamp(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        for extreme in [Double.nan, .infinity, -.infinity, 1e300] { #expect(formatTimestamp(extreme).hasSuffix("GMT")) }
    }

    @Test func entityTagsDiffer() {
        func tag(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { EntityTag.of($0) } }
        var tags = Set<String>()
        for length in 0..<200 { tags.insert(tag(Array(repeating: 0, count: length))) }
        for bit in 0..<400 {
            var bytes = [UInt8](repeating: 0, count: 50)
            bytes[bit / 8] = 1 << UInt8(bit % 8)
            tags.insert(tag(bytes))
        }
        #expect(tags.count == 600)
        #expect(tags.allSatisfy { $0.utf8.count == 15 && $0.hasPrefix("\"") && $0.hasSuffix("\"") })
        #expect(tag([1, 2, 3]) == tag([1, 2, 3]))
    }

    @Test(arguments: [
        ("*", true), (#""a""#, true), (#"W/"a""#, true), (#""b", "a""#, true), (#""b",W/"a""#, true), (#""aa""#, false),
        ("a", false), (#""a"#, false), ("", false), (#""*""#, false), (" * ", true),
    ])
    func comparesEntityTags(field: String, expected: Bool) {
        var field = field
        #expect(field.withUTF8 { EntityTag.matches($0, #""a""#) } == expected)
        #expect(field.withUTF8 { EntityTag.matches($0, #"W/"a""#) } == expected)
    }

    @Test func logTextIsOneLine() {
        #expect(LogText.escaped("/a\r\nb\u{1B}[31m\\\"é") == #"/a\r\nb\x1b[31m\\"\xe9"#)
        #expect(LogText.escaped(String(repeating: "x", count: 10_000)).utf8.count == 4099)
        #expect(LogText.milliseconds(0.000514) == "0.51" && LogText.milliseconds(1.5) == "1500.00")
    }

    @Test(arguments: [
        ("A:80", "a"), ("[::1]:80", "::1"), ("[::1]", "::1"), ("a", "a"), ("[", "["),
    ])
    func takesHostNames(host: String, expected: String) {
        #expect(HostName.name(of: host) == expected)
    }

    @Test func escapesMarkup() {
        #expect(xhtmlEscape(#"<a href="x">'&"#) == "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;")
    }

    @Test func believesProxies() {
        func forwarded(_ headers: HTTPHeaders) -> Forwarded { Forwarded(headers, trusted: ["10.0.0.1"]) }
        #expect(forwarded(["X-Forwarded-For": "1.1.1.1, 2.2.2.2, 10.0.0.1"]).address == "2.2.2.2")
        #expect(forwarded(["X-Forwarded-For": "evil\u{1B}"]).address == nil)
        #expect(forwarded(["X-Real-Ip": "::1", "X-Forwarded-For": "1.1.1.1"]).address == "::1")
        #expect(forwarded(["X-Forwarded-Proto": "http, HTTPS"]).scheme == "https")
        #expect(forwarded(["X-Scheme": "javascript"]).scheme == nil)
    }
}

@Suite struct JSONTests {
    private struct Nested: Encodable {
        let value: Int?
        let list: [Nested]
    }

    private struct Single: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode([UInt8.max])
        }
    }

    private struct Manual: Encodable {
        enum Key: CodingKey { case inner, list, parent }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            var inner = container.nestedContainer(keyedBy: Key.self, forKey: .inner)
            try inner.encodeNil(forKey: .parent)
            var list = container.nestedUnkeyedContainer(forKey: .list)
            try list.encode(1)
            var nested = list.nestedUnkeyedContainer()
            try nested.encode(Float(0.5))
            try "base".encode(to: container.superEncoder(forKey: .parent))
        }
    }

    private struct Nothing: Encodable {
        func encode(to encoder: any Encoder) throws {}
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSON.encode(value), as: UTF8.self)
    }

    @Test func encodes() throws {
        #expect(try text(["a\"b\\\n</x>\u{1}\u{7F}é"]) == #"["a\"b\\\n<\/x>\u0001\u007fé"]"#)
        #expect(
            try text(Nested(value: nil, list: [Nested(value: 1, list: [])])) == #"{"list": [{"value": 1, "list": []}]}"#
        )
        #expect(try text(Single()) == "[255]")
        #expect(try text(Manual()) == #"{"inner": {"parent": null}, "list": [1, [0.5]], "parent": "base"}"#)
        #expect(try text([1.0, -0.5, 1e300]) == "[1.0, -0.5, 1e+300]")
        #expect(try text([Int?.none, 1]) == "[null, 1]")
        #expect(try text(UInt64.max) == "18446744073709551615")
        #expect(try text([true]) == "[true]" && text("x") == "\"x\"" && text([String: Int]()) == "{}")
    }

    @Test func refusesWhatHasNoForm() {
        #expect(throws: EncodingError.self) { try JSON.encode([Double.nan]) }
        #expect(throws: EncodingError.self) { try JSON.encode(["a": -Float.infinity]) }
        #expect(throws: EncodingError.self) { try JSON.encode(Nothing()) }
    }
}
