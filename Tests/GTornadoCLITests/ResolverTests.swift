// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Names to addresses, asked by a patched `getaddrinfo` in a greenlet and through the seam, fifty at once and fifty
/// cancelled beside them.
@Suite("A run's resolver")
struct ResolverTests {
    enum Resolver: String, CaseIterable, Sendable {
        case threads
        case evdns
    }

    private func run(
        _ resolver: Resolver,
        _ names: [String],
        _ environment: [String: String] = [:]
    ) throws -> [Substring] {
        let plugin = try Fixture.plugin("watched", source: "watched.c")
        let result = try Tool.run(
            ["run", "--resolver", resolver.rawValue, plugin, "--"] + names.map { "names:\($0)" },
            environment: environment
        )
        #expect(result.end == .exited(0), "\(result.errors)")
        return result.output.split(separator: "\n").filter { !$0.hasSuffix(" is over") }
    }

    @Test("finds numbers and the hosts file's names", arguments: Resolver.allCases)
    func local(resolver: Resolver) throws {
        let lines = try self.run(resolver, ["127.0.0.5", "::1", "localhost"])
        #expect(lines.count == 6, "one answer each: \(lines)")
        #expect(
            lines.prefix(4) == [
                "libc: found 127.0.0.5:80", "seam: found 127.0.0.5:80", "libc: found ::1:80", "seam: found ::1:80",
            ]
        )
        #expect(lines.suffix(2).allSatisfy { $0.contains("found ") && $0.contains(":80") })
    }

    @Test("asks the servers of resolv.conf", .enabled(if: Tool.exists("dnsmasq"), "dnsmasq is not installed"))
    func servers() throws {
        let server = try NameServer(["--address=/there.test/127.1.2.3", "--address=/there.test/::7", "--local=/test/"])
        let lines = try self.run(
            .evdns,
            ["there.test", "nowhere.test"],
            ["GTORNADO_RESOLV_CONF": server.configuration]
        )
        #expect(lines.count == 4)
        for line in lines.prefix(2) { #expect(line.contains(" 127.1.2.3:80"), "\(lines)") }
        for (line, who) in zip(lines.suffix(2), ["libc", "seam"]) {
            #expect(line.hasPrefix("\(who): ") && !line.contains("found"), "\(lines)")
        }
    }

    @Test("refuses evdns on a loop that is not libevent's")
    func foreignLoop() throws {
        let plugin = try Fixture.plugin("own", ["-DOWN_PROVIDERS"])
        let flags = ["--resolver", "evdns", "--no-ioloop", "--no-httpserver"]
        let result = try Tool.run(["run"] + flags + [plugin, "--", "args"])
        #expect(result.end == .exited(64), "\(result.errors)")
        try Snapshot.check(result.errors, "run/evdns-foreign-loop")
    }
}

/// A dnsmasq on a free port of the loopback address, ended with the object.
final class NameServer {
    /// A resolv.conf that names it.
    let configuration: String
    private let process: ChildProcess

    init(_ options: [String]) throws {
        let port = try Self.freePort()
        self.configuration = "\(Fixture.folder)/resolv-\(port).conf"
        try Data("nameserver 127.0.0.1:\(port)\noptions timeout:2 attempts:3\n".utf8)
            .write(to: URL(filePath: self.configuration))
        self.process = try ChildProcess(
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
                "--bind-interfaces", "--listen-address=127.0.0.1", "--port=\(port)", "--log-facility=-",
            ] + options
        )
        try self.process.line(with: "started")
    }

    /// A port that was free a moment ago, for UDP and TCP.
    private static func freePort() throws -> UInt16 {
        for _ in 0..<50 {
            let port = UInt16.random(in: 20_000..<32_000)
            let free = [SOCK_DGRAM, SOCK_STREAM].allSatisfy { kind in
                let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
                defer { close(descriptor) }
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = port.bigEndian
                address.sin_addr.s_addr = inet_addr("127.0.0.1")
                return withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
            }
            if free { return port }
        }
        throw RawClient.Failure(description: "no free port for dnsmasq")
    }
}
