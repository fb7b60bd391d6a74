// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// A call of libc that failed.
struct SystemFailure: Error {
    let call: String
    let number = errno
}

/// Sends a text through a pair of sockets to itself; null sends nothing, and blocks until somebody ends it.
func throughSocketPair(_ text: String?) throws -> String {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
        throw SystemFailure(call: "socketpair")
    }
    let (near, far) = (pair[0], pair[1])
    defer {
        close(near)
        close(far)
    }
    if let text {
        Greenlet.spawn {
            usleep(1000)
            _ = Array(text.utf8).withUnsafeBytes { send(far, $0.baseAddress, $0.count, 0) }
        }
    }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes { recv(near, $0.baseAddress, $0.count, 0) }
    guard count >= 0 else { throw SystemFailure(call: "recv") }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
}

/// Runs a command and waits for its end.
func exitStatus(of command: String) throws -> Int32 {
    let status = system(command)
    guard status >= 0 else { throw SystemFailure(call: "system") }
    return (status >> 8) & 0xFF
}
