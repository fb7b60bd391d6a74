// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

/// A handler's methods in a greenlet: one for what has come, which ends when nothing more is there.
enum WebSocketGreenlet {
    private static let name: StaticString = "websocket"

    /// Begins one; false if there can be none.
    ///
    /// It holds one reference to the handler until it ends.
    static func spawn(_ suspend: UnsafePointer<gt_suspend>, _ handler: WebSocketHandler) -> Bool {
        let context = Unmanaged.passRetained(handler)
        let isSpawned = Self.name.withUTF8Buffer { name in
            name.withMemoryRebound(to: CChar.self) {
                suspend.pointee.spawn(Self.run, context.toOpaque(), $0.baseAddress, UInt32(GT_SPAWN_NOW)) != nil
            }
        }
        if !isSpawned { context.release() }
        return isSpawned
    }

    private static let run: gt_callback = { context in
        guard let context else { return }
        Unmanaged<WebSocketHandler>.fromOpaque(context).takeRetainedValue().work()
        Greenlet.endsNow()
    }
}
