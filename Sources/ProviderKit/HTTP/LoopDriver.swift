// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Waits through a loop's table: the driver of the built-in server, on any loop.
public final class LoopDriver: EventDriver {
    private let table: UnsafePointer<gt_ioloop>
    private let loop: OpaquePointer

    /// A driver on `loop`, one of `table`.
    public init(table: UnsafePointer<gt_ioloop>, loop: OpaquePointer) {
        self.table = table
        self.loop = loop
    }

    /// Adds a handler for a listener to the loop.
    public func watch(_ listener: Listener) -> Int32 {
        self.table.pointee.add_handler(
            self.loop,
            listener.descriptor,
            UInt32(GT_READ | GT_READINESS),
            { _, _, context in Listener.from(context).acceptReady() },
            listener.handle
        )
    }

    /// Removes it.
    public func unwatch(_ listener: Listener) {
        _ = self.table.pointee.remove_handler(self.loop, listener.descriptor)
    }

    /// Adds a handler for a connection to the loop.
    public func watch(_ connection: ServerConnection) -> Int32 {
        self.table.pointee.add_handler(
            self.loop,
            connection.descriptor,
            UInt32(GT_READ | GT_READINESS),
            { _, events, context in
                let connection = ServerConnection.from(context)
                if events & UInt32(GT_WRITE) != 0 { connection.writeReady() }
                // An error is found out, and told, by reading.
                if events & UInt32(GT_READ | GT_ERROR) != 0 { connection.readReady() }
                if events & UInt32(GT_ERROR) != 0 { connection.hungUp() }
            },
            connection.handle
        )
    }

    /// Changes what that handler is told of.
    public func change(_ connection: ServerConnection, read: Bool, write: Bool) {
        let events = (read ? UInt32(GT_READ) : 0) | (write ? UInt32(GT_WRITE) : 0)
        _ = self.table.pointee.update_handler(self.loop, connection.descriptor, events)
    }

    /// Removes it.
    public func unwatch(_ connection: ServerConnection) {
        _ = self.table.pointee.remove_handler(self.loop, connection.descriptor)
    }
}
