// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
public import TornadoCore

extension HTTPServer {
    /// Takes new certificates, without closing anything: connections that are open go on with what they have.
    ///
    /// Clients resume their sessions across a reload, unless the server verifies clients: those show their certificates
    /// again.
    ///
    /// ```swift
    /// try server.reloadSSL()
    /// ```
    ///
    /// - Parameter options: What new connections get; nil reads the files again that were named before.
    /// - Throws: ``SSLError`` if a file or a setting is no good, in which case nothing has changed, or if the server does
    ///   not speak TLS or does not listen yet.
    public func reloadSSL(_ options: SSLOptions? = nil) throws {
        // Also where the runner, not the app, has said that it speaks TLS.
        guard let engine, let reload = self.speaksTLS ? self.table.pointee.reload_tls : nil else {
            throw SSLError("reloadSSL(): the server does not listen yet, or cannot speak TLS.")
        }
        let loop = Registry.ioloop.pointee.current()
        var why = [CChar](repeating: 0, count: 512)
        func call(_ settings: UnsafePointer<gt_tls_settings>?) -> Int32 {
            why.withUnsafeMutableBufferPointer { reload(loop, engine, settings, $0.baseAddress, $0.count) }
        }
        let code = options.map { $0.withSettings(server: true, call) } ?? call(nil)
        guard code >= 0 else { throw SSLError(HTTPServer.sentence(why, code: -code)) }
    }

    /// Whether the provider has the functions of TLS.
    var speaksTLS: Bool {
        let end = (MemoryLayout<gt_httpserver>.offset(of: \.tls_info) ?? Int.max / 2) + MemoryLayout<Int>.size
        return self.table.pointee.capabilities & UInt32(GT_CAN_TLS) != 0 && Int(self.table.pointee.size) >= end
    }

    /// The provider's server, by the settings.
    func made(_ loop: OpaquePointer, _ context: UnsafeMutableRawPointer) throws(ListenError) -> OpaquePointer {
        var why = [CChar](repeating: 0, count: 512)
        let made = why.withUnsafeMutableBufferPointer { why in
            var settings = self.settings.seam
            settings.error = why.baseAddress
            settings.error_capacity = why.count
            guard let options = self.settings.sslOptions else {
                return self.table.pointee.create(loop, &settings, ServerDelegate.table, context)
            }
            guard self.speaksTLS else { return nil }
            return options.withSettings(server: true) { tls in
                settings.tls = tls
                return self.table.pointee.create(loop, &settings, ServerDelegate.table, context)
            }
        }
        if let made { return made }
        let code = errno
        guard self.settings.sslOptions != nil else {
            throw ListenError(
                "The HTTP server refused its settings: \(HTTPServer.sentence(why, code: code)). Check sizes and timeouts."
            )
        }
        guard self.speaksTLS else {
            throw ListenError(
                "The HTTP server \"\(String(cString: self.table.pointee.name))\" does not speak TLS: choose another, or put a "
                    + "proxy that ends TLS in front and set xheaders."
            )
        }
        throw ListenError("The HTTP server cannot speak TLS: \(HTTPServer.sentence(why, code: code)).")
    }

    private static func sentence(_ text: [CChar], code: Int32) -> String {
        let said = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return said.isEmpty ? String(cString: strerror(code)) : String(decoding: said, as: UTF8.self)
    }
}
