// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// Ports that nobody listens on.
public enum FreePort {
    /// One that was free a moment ago.
    public static func take() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &address) {
            let pointer = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, pointer, size) == 0 ? getsockname(descriptor, pointer, &size) : -1
        }
        guard code == 0 else {
            throw RawClient.Failure(description: "no free port: \(String(cString: strerror(errno)))")
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Waits until somebody listens on a port.
    static func wait(for port: UInt16, of process: ChildProcess, seconds: Double = 20) throws {
        let deadline = Date().addingTimeInterval(seconds)
        while (try? RawClient(port: port)) == nil {
            guard Date() < deadline else {
                throw ChildProcess.Timeout(
                    description: "nobody listens on port \(port) after \(seconds) s\n\(process.output)\(process.errors)"
                )
            }
            usleep(10_000)
        }
    }
}
