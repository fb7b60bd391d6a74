// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// A TCP connection to this process, and both its ends.
private func connection() throws -> (client: Int32, server: Int32) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            guard bind(listener, pointer, length) == 0, listen(listener, 1) == 0,
                getsockname(listener, pointer, &length) == 0
            else { return Int32(-1) }
            return connect(client, pointer, length)
        }
    }
    try expect(code == 0, "no connection: \(String(cString: strerror(errno)))")
    return (client, accept(listener, nil, nil))
}

private func eventsOf(_ fd: Int32, _ events: IOLoop.Events, on loop: IOLoop) throws -> IOLoop.Events {
    var told: IOLoop.Events = []
    try loop.addHandler(fd, events) { _, events in
        told = events
        loop.stop()
    }
    try loop.start(limit: 0.1)
    try loop.removeHandler(fd)
    return told
}

var errorChecks: [Check] {
    [
        Check("a pipe whose writer has gone is told as hung up, to a reader") { loop in
            let pair = try Pair(socket: false)
            pair.closeSecond()
            let told = try eventsOf(pair.first, .read, on: loop)
            try expect(told.contains(.error), "it told \(told)")
        },
        Check("a pipe whose reader has gone is told as an error, to a writer") { loop in
            let pair = try Pair(socket: false)
            pair.closeFirst()
            let told = try eventsOf(pair.second, .write, on: loop)
            try expect(told.contains(.error), "it told \(told)")
        },
        Check("a reset connection is told as readable and an error") { loop in
            let ends = try connection()
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(ends.server, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            close(ends.server)
            let told = try eventsOf(ends.client, .read, on: loop)
            close(ends.client)
            try expect(told, equals: [.read, .error])
        },
        Check("a peer that only ends its sending half is told as readable, and no error") { loop in
            let ends = try connection()
            shutdown(ends.server, Int32(SHUT_WR))
            let told = try eventsOf(ends.client, .read, on: loop)
            close(ends.client)
            close(ends.server)
            try expect(told, equals: .read)
        },
        Check("data is told without an error") { loop in
            let pair = try Pair()
            pair.send()
            try expect(try eventsOf(pair.first, [.read, .write], on: loop), equals: [.read, .write])
        },
        Check("a handler for errors alone is told of a hang-up") { loop in
            let pair = try Pair()
            pair.closeSecond()
            try expect(try eventsOf(pair.first, .error, on: loop), equals: .error)
        },
        Check("a handler for nothing is told of errors all the same") { loop in
            let pair = try Pair(socket: false)
            pair.closeFirst()
            try expect(try eventsOf(pair.second, .none, on: loop), equals: .error)
        },
        Check("a handler for errors alone is not told of data, and costs no time") { loop in
            let pair = try Pair()
            pair.send()
            var before = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
            let told = try eventsOf(pair.first, .error, on: loop)
            var after = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
            let used = Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) * 1e-9
            try expect(told, equals: [])
            try expect(used < 0.02, "it used \(used) s of CPU to wait 0.1")
        },
        Check("a handler that switches from errors to reading and back is told the right things") { loop in
            let pair = try Pair()
            pair.send()
            var told: [IOLoop.Events] = []
            try loop.addHandler(pair.first, .error) { fd, events in
                told.append(events)
                guard told.count == 1 else { return loop.stop() }
                try loop.updateHandler(fd, .error)
                loop.callLater(0.005) { pair.closeSecond() }
            }
            loop.callLater(0.002) { try loop.updateHandler(pair.first, .read) }
            try expect(try loop.start(limit: 2), "it told \(told)")
            try loop.removeHandler(pair.first)
            try expect(told, equals: [.read, .error])
        },
    ]
}
