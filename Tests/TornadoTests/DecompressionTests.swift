// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing
import Tornado

/// `HTTPServer.Settings.decompressRequest` on every server, for every kind of handler.
@Suite struct DecompressionTests {
    private static let streaming = ["/echo/stream", "/echo/async/stream"]
    private static let paths = ["/echo", "/echo/async"] + streaming
    private static let text = "Hello, hello, hello, hello: a body that gets smaller. "

    private func serve(_ provider: Provider, _ environment: [String: String] = [:]) throws -> WebServer {
        try WebServer(provider, environment: environment.merging(["WEBAPP_DECOMPRESS": "1"]) { own, _ in own })
    }

    // MARK: Good bodies

    @Test(arguments: Provider.allCases)
    func decompressesBodies(provider: Provider) throws {
        let server = try self.serve(provider, ["WEBAPP_XHEADERS": "1"])
        let body = try Gzip.member(Self.text)
        for path in Self.paths {
            for coding in ["gzip", "GZip", "x-gzip"] {
                let answer = try server.post(path, body, coding: coding)
                #expect(answer.status == 200 && answer.body == Self.text, "\(path) \(coding)")
                #expect(answer["X-Encoding"] == "none" && answer["X-Consumed"] == coding, "\(path) \(coding)")
            }
        }
    }

    @Test(arguments: Provider.allCases)
    func decompressesAsBytesArrive(provider: Provider) throws {
        let server = try self.serve(provider)
        let body = try Gzip.member(Self.text) + Gzip.member("And a second member.")
        for path in Self.paths {
            let client = try RawClient(port: server.port)
            client.send(WebServer.head(path, ["Content-Encoding: gzip", "Content-Length: \(body.count)"]))
            client.sendByteByByte(body)
            #expect(try Answer(client.receive().text).body == Self.text + "And a second member.", "\(path)")
            let chunks = body.map { "1\r\n" + String(latin1: [$0]) + "\r\n" }.joined() + "0\r\n\r\n"
            let chunked = try RawClient(port: server.port)
            chunked.send(WebServer.head(path, ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]))
            chunked.send(chunks.unicodeScalars.map { UInt8($0.value) })
            #expect(try Answer(chunked.receive().text).body == Self.text + "And a second member.", "\(path)")
        }
    }

    @Test(arguments: Provider.allCases)
    func acceptsMembersAndNothing(provider: Provider) throws {
        let server = try self.serve(provider)
        let members = try Gzip.member("one, ") + Gzip.member("") + Gzip.member("two, ") + Gzip.member("three")
        for path in Self.paths {
            #expect(try server.post(path, members).body == "one, two, three", "\(path)")
            let empty = try server.post(path, try Gzip.member(""))
            #expect(empty.status == 200 && empty["X-Size"] == "0", "\(path)")
            let nothing = try server.post(path, [])
            #expect(nothing.status == 200 && nothing["X-Size"] == "0" && nothing["X-Consumed"] == "gzip", "\(path)")
        }
    }

    @Test(arguments: Provider.allCases)
    func makesPiecesOfChunkSize(provider: Provider) throws {
        let server = try self.serve(provider, ["WEBAPP_CHUNK": "5000"])
        let large = Gzip.noise(60_000) + [UInt8](repeating: 0x61, count: 60_000)
        let text = String(latin1: large)
        for path in Self.paths {
            let answer = try server.post(path, try Gzip.member(large))
            #expect(answer.status == 200 && answer.body == text, "\(path)")
            if Self.streaming.contains(path) { #expect(answer["X-Largest"] == "5000", "\(path)") }
        }
    }

    /// As `nc -N` does, with 1 MiB still to be decompressed.
    @Test(arguments: Provider.allCases)
    func answersClientsThatSendNoMore(provider: Provider) throws {
        let server = try self.serve(provider, ["WEBAPP_CHUNK": "16384"])
        let size = 1024 * 1024
        let body = try Gzip.member([UInt8](repeating: 0, count: size))
        for path in Self.paths {
            let client = try RawClient(port: server.port)
            let fields = ["Content-Encoding: gzip", "Content-Length: \(body.count)"]
            client.send(Array(WebServer.head(path + "?drop=1", fields).utf8) + body)
            client.closeSending()
            #expect(try Answer(client.receive().text)["X-Size"] == "\(size)", "\(path)")
        }
    }

    /// The end of a chunked body may be held back by the server as long as the handler has enough to do.
    @Test(arguments: Provider.allCases)
    func decompressesLargeChunks(provider: Provider) throws {
        let server = try self.serve(provider, ["WEBAPP_CHUNK": "16384"])
        let body = try Gzip.member(Gzip.noise(200_000)) + Gzip.member([UInt8](repeating: 0, count: 1_000_000))
        for path in Self.paths {
            let client = try RawClient(port: server.port)
            client.send(WebServer.head(path + "?drop=1", ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]))
            client.send(Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
            #expect(try Answer(client.receive().text)["X-Size"] == "1200000", "\(path)")
        }
    }

    @Test(arguments: Provider.allCases)
    func readsFormsAndContinues(provider: Provider) throws {
        let server = try self.serve(provider)
        let form = try Gzip.member("a=1&a=2")
        let type = "Content-Type: application/x-www-form-urlencoded"
        #expect(try server.post("/args", form, headers: [type]).body.contains(#""body": ["1", "2"]"#))
        for path in Self.paths {
            let client = try RawClient(port: server.port)
            let fields = ["Content-Encoding: gzip", "Expect: 100-continue", "Content-Length: \(form.count)"]
            client.send(WebServer.head(path, fields))
            #expect(client.receive(until: { $0.contains("100 Continue\r\n\r\n") }).text.contains(" 100 "), "\(path)")
            client.send(form)
            #expect(try Answer(client.receive().text).body == "a=1&a=2", "\(path)")
        }
    }

    // MARK: Bodies that are left alone

    @Test(arguments: Provider.allCases)
    func leavesOtherCodingsAlone(provider: Provider) throws {
        let server = try self.serve(provider)
        let body = try Gzip.zlib(Self.text)
        for path in Self.paths {
            for coding in ["deflate", "identity", "br", "gzip, gzip", "gzip\r\nContent-Encoding: gzip"] {
                let answer = try server.post(path, body, coding: coding)
                #expect(answer.status == 200 && answer.body == String(latin1: body), "\(path) \(coding)")
                #expect(answer["X-Encoding"] != "none" && answer["X-Consumed"] == "none", "\(path) \(coding)")
            }
        }
    }

    @Test(arguments: Provider.allCases)
    func leavesBodiesAloneUnlessToldSo(provider: Provider) throws {
        let server = try WebServer(provider)
        let body = try Gzip.member(Self.text)
        for path in Self.paths {
            let answer = try server.post(path, body)
            #expect(answer.status == 200 && answer.body == String(latin1: body), "\(path)")
            #expect(answer["X-Encoding"] == "gzip" && answer["X-Consumed"] == "none", "\(path)")
        }
    }

    // MARK: Bad bodies

    @Test(arguments: Provider.allCases)
    func refusesWhatIsNoGzip(provider: Provider) throws {
        let server = try self.serve(provider)
        let good = try Gzip.member(Self.text)
        var badSum = good
        badSum[good.count - 8] ^= 1
        var badLength = good
        badLength[good.count - 1] ^= 1
        let bad: [(String, [UInt8])] = [
            ("truncated", Array(good.dropLast())), ("only begun", Array(good.prefix(3))), ("bad sum", badSum),
            ("bad length", badLength), ("not gzip", Array(Self.text.utf8)), ("zlib", try Gzip.zlib(Self.text)),
            ("garbage behind", good + Array("garbage".utf8)), ("zeros behind", good + [0, 0]),
            ("half a member behind", good + good.prefix(good.count / 2)),
        ]
        for path in Self.paths {
            for (what, body) in bad {
                #expect(try server.post(path, body).status == 400, "\(path) \(what)")
            }
            #expect(try server.post(path, good).body == Self.text, "\(path)")
        }
        // A line each, and no error of the app's.
        #expect(server.logLines("its Content-Encoding names").count == Self.paths.count * bad.count)
        #expect(server.logLines("Uncaught").isEmpty)
    }

    /// The connection is good for another request, whichever part of the body was still to come.
    @Test(arguments: Provider.allCases)
    func goesOnBehindABadBody(provider: Provider) throws {
        let server = try self.serve(provider, ["WEBAPP_CHUNK": "1000"])
        let noise = try Gzip.member(Gzip.noise(20_000))
        var bad = noise
        bad[noise.count / 2] ^= 0xFF
        bad[noise.count - 8] ^= 0xFF
        for path in Self.paths {
            let client = try RawClient(port: server.port)
            let fields = ["Content-Encoding: gzip", "Content-Length: \(bad.count)"]
            client.send(WebServer.head(path, fields, keepAlive: true))
            client.send(bad)
            client.send(WebServer.head(path, fields))
            client.send(noise)
            let text = client.receive(seconds: 10).text
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(path)")
            let next = text.range(of: "HTTP/1.1 200 ").map { String(text[$0.lowerBound...]) }
            #expect(try Answer(next ?? "").body.utf8.count == 20_000, "\(path)")
        }
    }

    // MARK: Bombs

    @Test(arguments: Provider.allCases)
    func refusesBombs(provider: Provider) throws {
        let server = try self.serve(provider)
        let limit = 8 * 1024 * 1024
        let most = try Gzip.member([UInt8](repeating: 0, count: limit))
        let bomb = try Gzip.member([UInt8](repeating: 0, count: limit + 1))
        for path in Self.paths {
            let answer = try server.post(path + "?drop=1", most)
            #expect(answer.status == 200 && answer["X-Size"] == "\(limit)", "\(path)")
            #expect(try server.post(path + "?drop=1", bomb).status == 413, "\(path)")
            #expect(try server.post(path + "?drop=1", most + (try Gzip.member("x"))).status == 413, "\(path)")
        }
    }

    /// 64 MiB out of one piece of 64 KiB, while the handler is busy with the first of them.
    @Test(arguments: Provider.allCases, streaming)
    func holdsAPieceAtATime(provider: Provider, path: String) throws {
        let size = 64 * 1024 * 1024
        let server = try self.serve(provider, ["WEBAPP_MAX_BODY": "\(size)"])
        #expect(try server.post(path, try Gzip.member(Self.text)).status == 200)
        let before = server.process.status("VmHWM")
        let answer = try server.post(path + "?drop=1", try Gzip.member([UInt8](repeating: 0, count: size)))
        #expect(answer.status == 200 && answer["X-Size"] == "\(size)" && answer["X-Largest"] == "65536")
        #expect(server.process.status("VmHWM") - before < 16 * 1024)
    }

    // MARK: Without handlers

    @Test(arguments: Provider.allCases)
    func servesRequestCallbacks(provider: Provider) throws {
        let server = try self.serve(provider)
        let line = try server.process.line(with: "callback on ")
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let good = try Gzip.member(Self.text)
        #expect(try server.post("/echo", good, port: port).body == Self.text)
        #expect(try server.post("/echo", good.dropLast(), port: port).status == 400)
        #expect(try server.post("/echo", good + [1], port: port).status == 400)
        let bomb = try Gzip.member([UInt8](repeating: 0, count: 9 * 1024 * 1024))
        #expect(try server.post("/echo", bomb, port: port).status == 413)
        #expect(try server.post("/echo", good, port: port).body == Self.text)
        #expect(try server.post("/echo", good, coding: "br", port: port).body == String(latin1: good))
    }

    @Test(arguments: Provider.allCases)
    func servesGateways(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp", environment: ["GATEWAYAPP_DECOMPRESS": "1"])
        let good = try Gzip.member(Self.text)
        let variables = try server.post("/", good).body.split(separator: "\n")
        #expect(variables.contains("HTTP_X_CONSUMED_CONTENT_ENCODING=gzip"))
        #expect(!variables.contains { $0.hasPrefix("CONTENT_LENGTH=") || $0.hasPrefix("HTTP_CONTENT_ENCODING=") })
        #expect(try server.post("/input/whole", good).body == "[\(Self.text)][]")
        #expect(try server.post("/input/pieces", try Gzip.member("abcdefg")).body == "[abcd][efg]")
        // More than an application is given unasked.
        let large = Gzip.noise(400_000)
        #expect(try server.post("/input/whole", try Gzip.member(large)).body == "[\(String(latin1: large))][]")
        #expect(try server.post("/input/whole", good.dropLast()).status == 400)
        #expect(try server.post("/input/whole", good + [1]).status == 400)
        let bomb = try Gzip.member([UInt8](repeating: 0, count: 9 * 1024 * 1024))
        #expect(try server.post("/input/whole", bomb).status == 413)
        #expect(server.logLines("Uncaught").isEmpty)
    }

    /// A bad body is answered while its request waits for a core, and the application never sees that request.
    @Test(arguments: Provider.allCases.filter { $0.hasGreenlets && !$0.isEvhttp })
    func refusesInTheQueue(provider: Provider) throws {
        let environment = ["GATEWAYAPP_DECOMPRESS": "1"]
        let server = try WebServer(
            provider,
            fixture: "gatewayapp",
            options: ["--cores", "1"],
            environment: environment
        )
        let good = try Gzip.member(Self.text)
        let reader = try RawClient(port: server.port)
        reader.send(WebServer.head("/input/whole", ["Content-Encoding: gzip", "Content-Length: \(good.count)"]))
        reader.send(Array(good.dropLast()))
        // The rest of it never comes, so that its exchange stays open.
        let bad = try RawClient(port: server.port)
        let fields = ["Content-Encoding: gzip", "Content-Length: 1000"]
        bad.send(WebServer.head("/write", fields, keepAlive: true) + "no gzip")
        #expect(bad.receive(until: { $0.hasSuffix("\r\n\r\n") }).text.hasPrefix("HTTP/1.1 400 "))
        reader.send([good[good.count - 1]])
        #expect(try Answer(reader.receive().text).body == "[\(Self.text)][]")
        #expect(try server.post("/write", good).status == 202)
        #expect(server.logLines("202 POST /write", count: 1).count == 1)
        #expect(server.logLines("Uncaught").isEmpty)
        withExtendedLifetime(bad) {}
    }
}

extension WebServer {
    fileprivate static func head(_ target: String, _ fields: [String], keepAlive: Bool = false) -> String {
        let own = ["POST \(target) HTTP/1.1", "Host: a"] + (keepAlive ? [] : ["Connection: close"])
        return (own + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Sends a compressed body on a connection of its own and reads the answer.
    fileprivate func post(
        _ target: String,
        _ body: some Sequence<UInt8>,
        coding: String = "gzip",
        headers: [String] = [],
        port: UInt16? = nil
    ) throws -> Answer {
        let client = try RawClient(port: port ?? self.port)
        let bytes = Array(body)
        let fields = ["Content-Encoding: \(coding)", "Content-Length: \(bytes.count)"]
        client.send(Array(Self.head(target, fields + headers).utf8) + bytes)
        return try Answer(client.receive(seconds: 20).text)
    }
}
