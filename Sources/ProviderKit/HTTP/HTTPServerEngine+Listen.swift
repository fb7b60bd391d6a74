// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc

extension HTTPServerEngine {
    /// Listens on an address in text; what came of it is written to `result`.
    func listen(
        _ address: UnsafePointer<CChar>?,
        backlog: Int32,
        reusePort: Bool,
        result: UnsafeMutablePointer<gt_listening>?
    ) -> Int32 {
        let isEncrypted = self.tls != nil
        return ListenReport.attempt(
            address,
            backlog: backlog,
            reusePort: reusePort,
            isEncrypted: isEncrypted,
            result
        ) { self.listen($0) }
    }
}

/// Writes what came of a listen() into the caller's struct.
public enum ListenReport {
    /// Makes a socket listen, has a server take it, and reports.
    ///
    /// `take` owns the socket from its call on, whatever it returns: 0 or a negative errno value.
    package static func attempt(
        _ address: UnsafePointer<CChar>?,
        backlog: Int32,
        reusePort: Bool,
        isEncrypted: Bool = false,
        _ result: UnsafeMutablePointer<gt_listening>?,
        take: (ListenSocket) -> Int32
    ) -> Int32 {
        guard let address else { return -EINVAL }
        do {
            let parsed = try ListenAddress(String(cString: address))
            let socket = try ListenSocket(parsed, backlog: backlog, reusePort: reusePort)
            // Reported first: a server that did not take the socket has closed it.
            self.succeed(socket, isEncrypted: isEncrypted, in: result)
            let code = take(socket)
            if code < 0 { self.fail("cannot watch \(socket.address): \(ListenSocket.text(-code))", in: result) }
            return code
        } catch let malformed as ListenAddress.Malformed {
            self.fail(malformed.description, in: result)
            return -EINVAL
        } catch let failure as ListenSocket.Failure {
            self.fail(failure.description, in: result)
            return -failure.code
        } catch {
            return -EINVAL
        }
    }

    /// Tells where the socket listens.
    public static func succeed(
        _ socket: ListenSocket,
        isEncrypted: Bool = false,
        in result: UnsafeMutablePointer<gt_listening>?
    ) {
        guard let result else { return }
        result.pointee.fd = socket.descriptor
        self.copy(socket.address, to: &result.pointee.address)
        let isWeb = socket.url.hasPrefix("http:")
        self.copy(isEncrypted && isWeb ? "https" + socket.url.dropFirst(4) : socket.url, to: &result.pointee.url)
        self.copy("", to: &result.pointee.error)
    }

    /// Tells why it does not.
    public static func fail(_ why: String, in result: UnsafeMutablePointer<gt_listening>?) {
        guard let result else { return }
        result.pointee.fd = -1
        self.copy("", to: &result.pointee.address)
        self.copy("", to: &result.pointee.url)
        self.copy(why, to: &result.pointee.error)
    }

    /// Copies as much as there is room for, and a NUL, into a C array.
    private static func copy<Array>(_ text: String, to array: inout Array) {
        withUnsafeMutableBytes(of: &array) { bytes in
            let kept = text.utf8.prefix(bytes.count - 1)
            bytes.copyBytes(from: kept)
            bytes[kept.count] = 0
        }
    }
}
