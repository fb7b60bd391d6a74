// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

/// Answers what it is told to, after some time, and counts what it is asked.
private final class FakeResolver: Resolver {
    var asked: [String] = []
    var cancelled = 0
    var delay = 0.01
    var addresses: [String: [String]] = [:]

    func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.asked.append("\(host):\(port)")
        let found = (self.addresses[host] ?? []).compactMap { SocketAddress(numeric: $0, port: port) }
        let timer = IOLoop.current.callLater(self.delay) {
            try callback(found.isEmpty ? .failure(Oops(word: host)) : .success(found))
        }
        return Pending {
            self.cancelled += 1
            timer.cancel()
        }
    }
}

extension AllTests {
    @Suite("Resolvers")
    struct ResolverTests {
        @Test(
            "addresses as text",
            arguments: [
                ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("fe80::1%1", "[fe80::1%1]:80"),
                ("fe80::1%lo", "[fe80::1%1]:80"), ("::ffff:1.2.3.4", "[::ffff:1.2.3.4]:80"), ("1.2.3", nil), ("", nil),
                ("localhost", nil), ("fe80::1%", nil), ("fe80::1%nowhere0", nil), ("::1%0", nil), ("127.0.0.1\0", nil),
                ("1.2.3.4%lo", nil), ("[::1]", nil),
            ]
        )
        func numbers(text: String, shown: String?) {
            let address = SocketAddress(numeric: text, port: 80)
            #expect(address?.description == shown)
            #expect(isValidIP(text) == (shown != nil))
        }

        @Test("Unix addresses")
        func unix() {
            #expect(SocketAddress(unix: "/run/x")?.description == "unix:/run/x")
            #expect(SocketAddress(unix: "@name")?.host == "@name")
            #expect(SocketAddress(unix: "") == nil)
            #expect(SocketAddress(unix: "a\0b") == nil)
            #expect(SocketAddress(unix: String(repeating: "x", count: 107))?.host.count == 107)
            #expect(SocketAddress(unix: String(repeating: "x", count: 108)) == nil)
            var address = SocketAddress(numeric: "127.0.0.1", port: 1)
            address?.port = 65535
            #expect(address?.description == "127.0.0.1:65535")
            #expect(SocketAddress(numeric: "127.0.0.1", port: 65536) == nil)
        }

        @Test("three forms, of every kind of resolver", arguments: LoopKind.allCases)
        func forms(_ loop: LoopKind) throws {
            try loop.run { stage in
                let all: [any Resolver] = [
                    DefaultResolver(), ThreadedResolver(), BlockingResolver(), CachingResolver(),
                    OverrideResolver(mapping: [:]),
                ]
                for resolver in all {
                    let found = try resolver.resolve("127.0.0.5", 80)
                    stage.expect(found.map(\.description), equals: ["127.0.0.5:80"])
                    let local = try Greenlet.wait { try await resolver.resolve("localhost", 8080, family: .inet) }
                    stage.expect(local.map(\.description), equals: ["127.0.0.1:8080"])
                    let answer = AsyncResult<[SocketAddress]>()
                    var isInside = true
                    resolver.resolve("::1", 1) { result in
                        stage.expect(!isInside, "it was called inside")
                        if case .success(let addresses) = result { answer.set(addresses) }
                    }
                    isInside = false
                    let six = try answer.get(timeout: 5)
                    stage.expect(six.map(\.description), equals: ["[::1]:1"])
                    for host in ["", "a\0b", String(repeating: "a", count: 254)] {
                        let error = stage.expect(throws: ResolverError.self) { _ = try resolver.resolve(host, 1) }
                        stage.expect(error?.code, equals: EAI_NONAME)
                    }
                    stage.expect(throws: ResolverError.self) { _ = try resolver.resolve("::1", 1, family: .inet) }
                    let error = stage.expect(throws: ResolverError.self) { _ = try resolver.resolve("::1", 65536) }
                    stage.expect(error?.description.contains("'::1'") ?? false, "\(String(describing: error))")
                }
            }
        }

        @Test("threads find the hosts file's names", arguments: LoopKind.allCases)
        func threads(_ loop: LoopKind) throws {
            try loop.run { stage in
                // This machine's own name, which libc must be asked for, if it has an address at all.
                var name = [CChar](repeating: 0, count: 256)
                gethostname(&name, 255)
                let host = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
                let expected = try? BlockingResolver().resolve(host, 80)
                let found = try? ThreadedResolver().resolve(host, 80)
                stage.expect(found, equals: expected)
                let failing = (0..<20).map { _ in
                    Greenlet.spawn { () -> Bool in
                        do {
                            _ = try ThreadedResolver().resolve(".invalid", 80)
                            return false
                        } catch {
                            return error is ResolverError
                        }
                    }
                }
                let answers = try failing.map { try $0.get(timeout: 30) }
                stage.expect(answers, equals: Array(repeating: true, count: 20))
            }
        }

        @Test("a caching resolver keeps nothing of what was answered but the answer", arguments: LoopKind.allCases)
        func letGo(_ loop: LoopKind) throws {
            try loop.run { stage in
                weak var gone: CachingResolver?
                func ask() throws {
                    let fake = FakeResolver()
                    fake.addresses = ["a": ["192.0.2.1"]]
                    let cache = CachingResolver(fake, timeToLive: 1, errorTimeToLive: 1, maxEntries: 2)
                    gone = cache
                    let found = try cache.resolve("a", 80)
                    stage.expect(found.count, equals: 1)
                }
                try ask()
                try Greenlet.idle()
                stage.expect(gone == nil)
            }
        }

        @Test("a caching resolver asks once, for some time", arguments: LoopKind.allCases)
        func cache(_ loop: LoopKind) throws {
            try loop.run { stage in
                let fake = FakeResolver()
                fake.addresses = ["a": ["192.0.2.1"], "b": ["192.0.2.2"]]
                let cache = CachingResolver(fake, timeToLive: 0.2, errorTimeToLive: 0.1, maxEntries: 2)
                let askers = (0..<10).map { index in
                    Greenlet.spawn { try cache.resolve(index % 2 == 0 ? "a" : "A", 80).map(\.description) }
                }
                for asker in askers {
                    let found = try asker.get(timeout: 5)
                    stage.expect(found, equals: ["192.0.2.1:80"])
                }
                stage.expect(fake.asked, equals: ["a:80"])
                let again = try cache.resolve("a", 80)
                stage.expect(again.count, equals: 1)
                stage.expect(fake.asked.count, equals: 1)
                for _ in 0..<3 { stage.expect(throws: Oops.self) { _ = try cache.resolve("nowhere", 80) } }
                stage.expect(fake.asked, equals: ["a:80", "nowhere:80"])
                _ = try cache.resolve("b", 80)
                stage.expect(cache.count, equals: 2, "it is not bounded")
                try Greenlet.sleep(0.25)
                _ = try cache.resolve("b", 80)
                stage.expect(throws: Oops.self) { _ = try cache.resolve("nowhere", 80) }
                stage.expect(fake.asked.suffix(2), equals: ["b:80", "nowhere:80"])
                cache.removeAll()
                stage.expect(cache.count, equals: 0)
            }
        }

        @Test("the oldest answers make room, and 0 seconds are none", arguments: LoopKind.allCases)
        func bounds(_ loop: LoopKind) throws {
            try loop.run { stage in
                let fake = FakeResolver()
                fake.delay = 0
                for number in 0..<50 { fake.addresses["host\(number)"] = ["192.0.2.\(number)"] }
                let cache = CachingResolver(fake, timeToLive: .infinity, maxEntries: 3)
                for number in 0..<50 {
                    _ = try cache.resolve("host\(number)", 80)
                    stage.expect(cache.count <= 3, "\(cache.count) are kept")
                }
                stage.expect(fake.asked.count, equals: 50)
                for number in 47..<50 { _ = try cache.resolve("host\(number)", 80) }
                stage.expect(fake.asked.count, equals: 50, "one that came last has gone")
                _ = try cache.resolve("host46", 80)
                stage.expect(fake.asked.last, equals: "host46:80")
                _ = try cache.resolve("host47", 80)
                stage.expect(fake.asked.last, equals: "host47:80", "one that came first has stayed")
                // Another port or kind of address is another question.
                _ = try cache.resolve("host47", 81)
                _ = try cache.resolve("host47", 80, family: .inet)
                stage.expect(fake.asked.suffix(2), equals: ["host47:81", "host47:80"])
                for seconds in [0, -1, Double.nan] {
                    let forgetful = CachingResolver(fake, timeToLive: seconds, errorTimeToLive: seconds)
                    let before = fake.asked.count
                    for _ in 0..<2 { _ = try forgetful.resolve("host1", 80) }
                    for _ in 0..<2 { stage.expect(throws: Oops.self) { _ = try forgetful.resolve("nowhere", 80) } }
                    stage.expect(fake.asked.count, equals: before + 4)
                    stage.expect(forgetful.count, equals: 0)
                }
            }
        }

        @Test("a question is taken back when its last asker is gone", arguments: LoopKind.allCases)
        func cancel(_ loop: LoopKind) throws {
            try loop.run { stage in
                let fake = FakeResolver()
                fake.delay = 60
                let cache = CachingResolver(fake)
                let one = Greenlet.spawn { try cache.resolve("a", 80) }
                var failure: (any Error)?
                let other = IOLoop.current.spawn {
                    do { _ = try await cache.resolve("a", 80) } catch { failure = error }
                }
                try Greenlet.sleep(0.01)
                stage.expect(fake.asked.count, equals: 1)
                try one.kill()
                stage.expect(fake.cancelled, equals: 0)
                other.cancel()
                for _ in 0..<1000 where failure == nil { try Greenlet.sleep(0.002) }
                stage.expect(failure is CancellationError)
                stage.expect(fake.cancelled, equals: 1)
            }
        }

        @Test("an overriding resolver takes the most particular entry", arguments: LoopKind.allCases)
        func override(_ loop: LoopKind) throws {
            try loop.run { stage in
                let fake = FakeResolver()
                fake.addresses = ["127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "other": ["192.0.2.9"]]
                let resolver = OverrideResolver(
                    fake,
                    mapping: [
                        "example.com": "127.0.0.1",
                        "Example.com:443": "127.0.0.1:1443",
                        .host("example.com", port: 443, family: .inet6): .host("::1", port: 1444),
                        "[2001:db8::1]:80": "other",
                    ]
                )
                _ = try resolver.resolve("EXAMPLE.com", 80)
                _ = try resolver.resolve("example.com", 443)
                _ = try resolver.resolve("example.com", 443, family: .inet6)
                _ = try resolver.resolve("2001:db8::1", 80)
                _ = try resolver.resolve("other", 7)
                stage.expect(
                    fake.asked,
                    equals: ["127.0.0.1:80", "127.0.0.1:1443", "::1:1444", "other:80", "other:7"]
                )
            }
        }
    }
}
