// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// How the engine waits for descriptors: over a loop's table, or over a library's own events.
///
/// Nothing here is called for a request on an open connection: only when one opens or closes, or cannot be written to.
/// All calls are made on the loop's thread.
public protocol EventDriver: AnyObject {
    /// Begins to watch a listener's descriptor for reading and calls ``Listener/acceptReady()``. Returns 0 or -errno.
    func watch(_ listener: Listener) -> Int32
    /// Ends that.
    func unwatch(_ listener: Listener)
    /// Begins to watch a connection for reading and calls ``ServerConnection/readReady()``. Returns 0 or -errno.
    func watch(_ connection: ServerConnection) -> Int32
    /// Changes what a watched connection is told of; for writing ``ServerConnection/writeReady()`` is called.
    func change(_ connection: ServerConnection, read: Bool, write: Bool)
    /// Ends watching, before the descriptor is closed or handed on.
    func unwatch(_ connection: ServerConnection)
}
