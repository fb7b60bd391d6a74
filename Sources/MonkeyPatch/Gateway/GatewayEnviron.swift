// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// A request's variables in memory of their own, as C reads them, and the calls that go with them.
final class GatewayEnviron {
    /// Names and values one behind the other, a NUL behind each.
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let views: UnsafeMutableBufferPointer<gt_header>
    /// "GET /path".
    let summary: String
    let isHead: Bool

    init(_ request: gt_request, _ connection: CGIVariables.Connection) {
        let all = CGIVariables(request, connection)
        let variables = all.all + [("wsgi.url_scheme", Array(connection.scheme.utf8))]
        let method = String(decoding: all["REQUEST_METHOD"] ?? [], as: UTF8.self)
        self.summary = method + " " + String(decoding: all["REQUEST_URI"] ?? [], as: UTF8.self).prefix { $0 != "?" }
        self.isHead = method == "HEAD"
        let text = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: variables.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 2 }
        )
        let views = UnsafeMutableBufferPointer<gt_header>.allocate(capacity: variables.count)
        var used = 0
        func copy(_ bytes: some Collection<UInt8>) -> gt_bytes {
            let start = used
            for byte in bytes {
                text.initializeElement(at: used, to: byte)
                used += 1
            }
            text.initializeElement(at: used, to: 0)
            used += 1
            return gt_bytes(data: text.baseAddress.map { $0 + start }, size: used - 1 - start)
        }
        for (index, variable) in variables.enumerated() {
            let name = copy(variable.name.utf8)
            views.initializeElement(at: index, to: gt_header(name: name, value: copy(variable.value)))
        }
        self.text = text
        self.views = views
    }

    deinit {
        self.text.deallocate()
        self.views.deallocate()
    }

    /// Calls `body` with the seam's form; `call`, which is what its functions are about, outlives that.
    func withC(_ call: GatewayCall, _ body: (UnsafePointer<gt_environ>) -> Int32) -> Int32 {
        var environ = gt_environ()
        environ.size = UInt32(MemoryLayout<gt_environ>.size)
        environ.version = UInt32(GTORNADO_ABI_VERSION)
        environ.variables = UnsafePointer(self.views.baseAddress)
        environ.variable_count = self.views.count
        environ.gateway = OpaquePointer(Unmanaged.passUnretained(call).toOpaque())
        environ.read_body = { gateway, buffer, capacity in
            guard let call = GatewayEnviron.call(gateway), let buffer, capacity > 0 else { return Int64(-EINVAL) }
            return call.read(into: buffer, capacity)
        }
        environ.start_response = { gateway, status, fields, count in
            guard let call = GatewayEnviron.call(gateway) else { return -EINVAL }
            return call.start(status, UnsafeBufferPointer(start: fields, count: fields == nil ? 0 : count))
        }
        environ.write = { gateway, piece in GatewayEnviron.call(gateway)?.write(piece) ?? -EINVAL }
        // Not on the stack by `&`: an access must not be open while the application is suspended.
        let place = UnsafeMutablePointer<gt_environ>.allocate(capacity: 1)
        place.initialize(to: environ)
        defer { place.deallocate() }
        return withExtendedLifetime(call) { body(place) }
    }

    private static func call(_ gateway: OpaquePointer?) -> GatewayCall? {
        gateway.map { Unmanaged<GatewayCall>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}
