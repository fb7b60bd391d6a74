// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// Waits with libevent's own events, without the loop's table in between: a persistent read event for each connection,
/// and a write event for one that the kernel holds up.
final class LibeventDriver: EventDriver {
    private let base: OpaquePointer

    /// The events of one descriptor.
    ///
    /// The driver owns it from `watch` to `unwatch`; libevent refers to it in between.
    private struct Events {
        var read: UnsafeMutablePointer<event>
        var write: UnsafeMutablePointer<event>?
    }

    init(base: OpaquePointer) {
        self.base = base
    }

    func watch(_ listener: Listener) -> Int32 {
        let refusal = LibeventBase.refusal(of: listener.descriptor, by: self.base)
        if refusal < 0 { return refusal }
        let event = event_new(
            self.base,
            listener.descriptor,
            Int16(EV_READ | EV_PERSIST),
            { _, _, context in Listener.from(context).acceptReady() },
            listener.handle
        )
        guard let event else { return -ENOMEM }
        guard event_add(event, nil) == 0 else {
            event_free(event)
            return -EINVAL
        }
        listener.driverState = UnsafeMutableRawPointer(event)
        return 0
    }

    func unwatch(_ listener: Listener) {
        guard let event = listener.driverState else { return }
        listener.driverState = nil
        event_free(event.assumingMemoryBound(to: CLibevent.event.self))
    }

    func watch(_ connection: ServerConnection) -> Int32 {
        let refusal = LibeventBase.refusal(of: connection.descriptor, by: self.base)
        if refusal < 0 { return refusal }
        let read = event_new(
            self.base,
            connection.descriptor,
            Int16(EV_READ | EV_PERSIST),
            { _, _, context in ServerConnection.from(context).readReady() },
            connection.handle
        )
        guard let read else { return -ENOMEM }
        guard event_add(read, nil) == 0 else {
            event_free(read)
            return -EINVAL
        }
        let events = UnsafeMutablePointer<Events>.allocate(capacity: 1)
        events.initialize(to: Events(read: read))
        connection.driverState = UnsafeMutableRawPointer(events)
        return 0
    }

    func change(_ connection: ServerConnection, read: Bool, write: Bool) {
        guard let events = self.events(of: connection) else { return }
        if read { event_add(events.pointee.read, nil) } else { event_del(events.pointee.read) }
        if write, events.pointee.write == nil {
            events.pointee.write = event_new(
                self.base,
                connection.descriptor,
                Int16(EV_WRITE | EV_PERSIST),
                { _, _, context in ServerConnection.from(context).writeReady() },
                connection.handle
            )
        }
        guard let event = events.pointee.write else { return }
        if write {
            event_add(event, nil)
        } else {
            events.pointee.write = nil
            event_free(event)
        }
    }

    func unwatch(_ connection: ServerConnection) {
        guard let events = self.events(of: connection) else { return }
        connection.driverState = nil
        event_free(events.pointee.read)
        if let write = events.pointee.write { event_free(write) }
        events.deallocate()
    }

    private func events(of connection: ServerConnection) -> UnsafeMutablePointer<Events>? {
        connection.driverState?.assumingMemoryBound(to: Events.self)
    }
}
