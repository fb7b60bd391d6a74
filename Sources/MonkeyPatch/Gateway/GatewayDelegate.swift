// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// What the HTTP server calls: each request's context is its `GatewayCall`, held from `request` to `finished`.
enum GatewayDelegate {
    /// Made once, never changed and never freed.
    nonisolated(unsafe) static let table: UnsafePointer<gt_http_delegate> = {
        var table = gt_http_delegate()
        table.size = UInt32(MemoryLayout<gt_http_delegate>.size)
        table.version = UInt32(GTORNADO_ABI_VERSION)
        table.request = { server, exchange, request in
            guard let server, let exchange, let request else { return nil }
            let gateway = Unmanaged<GatewayServer>.fromOpaque(server).takeUnretainedValue()
            let call = GatewayCall(gateway, exchange, request.pointee)
            call.begin()
            // An answer that was ended inside has seen the last of its exchange.
            return call.isEnded ? nil : Unmanaged.passRetained(call).toOpaque()
        }
        table.body = { context, piece in Self.call(context)?.bodyArrived(piece) }
        table.body_end = { context, _, _ in Self.call(context)?.bodyEnded() }
        table.peer_closed = { context in Self.call(context)?.peerClosed() }
        table.drained = { context in Self.call(context)?.drained() }
        table.finished = { context, _ in
            guard let context else { return }
            Unmanaged<GatewayCall>.fromOpaque(context).takeRetainedValue().finished()
        }
        let place = UnsafeMutablePointer<gt_http_delegate>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static func call(_ context: UnsafeMutableRawPointer?) -> GatewayCall? {
        context.map { Unmanaged<GatewayCall>.fromOpaque($0).takeUnretainedValue() }
    }
}
