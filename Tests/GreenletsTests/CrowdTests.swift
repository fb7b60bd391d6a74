// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import CMonkeyPatch
import Glibc
import Testing

@Suite("Crowds of greenlets", .serialized)
struct CrowdTests {
    private typealias Receive =
        @convention(c) (Int32, UnsafeMutableRawPointer?, Int, Int32) -> Int

    @Test("10,000 block in recv on 10,000 sockets, and each gets its own datagram", arguments: LoopChoice.allCases)
    func receivers(_ choice: LoopChoice) throws {
        let count = try Self.allowDescriptors(10_000)
        gt_libc_prepare()
        let row = try #require(gt_libc_find("recv"))
        // The row's function is of recv's type.
        let receive = unsafeBitCast(row.pointee.cooperative, to: Receive.self)
        try HubThread.run(choice) { hub in
            let sockets = (0..<count).map { _ in Self.boundSocket() }
            defer { for socket in sockets { close(socket.descriptor) } }
            let received = Shared(0)
            for (number, socket) in sockets.enumerated() {
                hub.spawn {
                    var value = 0
                    let size = receive(socket.descriptor, &value, MemoryLayout<Int>.size, 0)
                    if size == MemoryLayout<Int>.size, value == number { received.value += 1 }
                }
            }
            _ = hub.suspend.yield()
            #expect(HubThread.counts.waiting >= count)
            let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
            defer { close(sender) }
            for (number, socket) in sockets.enumerated() {
                var value = number
                socket.address.withSockAddr { address, length in
                    _ = sendto(sender, &value, MemoryLayout<Int>.size, 0, address, length)
                }
                // Their queues are small, and some are let go on before the rest is sent.
                if number % 1000 == 999 { _ = hub.suspend.yield() }
            }
            hub.drain()
            #expect(received.value == count)
        }
    }

    /// As many as asked for, or as the machine's limit allows.
    private static func allowDescriptors(_ wanted: Int) throws -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let allowed = min(wanted, Int(clamping: limit.rlim_cur) - 2000)
        try #require(allowed > 100, "the limit of descriptors is too low: \(limit.rlim_cur)")
        return allowed
    }

    /// Closed on exec: a program that another test starts just then would have them, and be at its limit.
    private static func boundSocket() -> BoundSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        address.withSockAddr { _ = bind(descriptor, $0, $1) }
        withUnsafeMutablePointer(to: &address) {
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return BoundSocket(descriptor: descriptor, address: address)
    }
}

private struct BoundSocket {
    let descriptor: Int32
    let address: sockaddr_in
}

extension sockaddr_in {
    fileprivate func withSockAddr(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
        var copy = self
        withUnsafeMutablePointer(to: &copy) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
