// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Synchronization

/// The loops of one provider: at most one a thread.
public final class ThreadLoops: Sendable {
    private let key: pthread_key_t
    private let make: @Sendable () -> (any LoopPoller)?
    /// Every open loop, to tell one's own handles from others'.
    ///
    /// Loop handles as numbers.
    private let open = Mutex<Set<UInt>>([])

    /// No loops yet; `make` gives a new loop its poller, or null with `errno` set.
    public init(make: @escaping @Sendable () -> (any LoopPoller)?) {
        var key = pthread_key_t()
        let code = pthread_key_create(&key, nil)
        demand(code == 0, "This process has used up its thread-specific keys, and each kind of loop needs one.")
        self.key = key
        self.make = make
    }

    /// The calling thread's loop, made if there is none; null with `errno` set if it can't be.
    public func current() -> OpaquePointer? {
        if let loop = pthread_getspecific(self.key) { return OpaquePointer(loop) }
        DescriptorTable.widen()
        guard let poller = self.make(), let engine = LoopEngine(poller: poller) else { return nil }
        let loop = LoopHandle.make(engine)
        self.open.withLock { _ = $0.insert(UInt(bitPattern: loop)) }
        pthread_setspecific(self.key, UnsafeRawPointer(loop))
        return loop
    }

    /// Closes the calling thread's `loop`; 0 or a negative errno value.
    public func close(_ loop: OpaquePointer) -> Int32 {
        let code = LoopHandle.with(loop) { $0.close() }
        guard code == 0 else { return code }
        pthread_setspecific(self.key, nil)
        self.open.withLock { _ = $0.remove(UInt(bitPattern: loop)) }
        LoopHandle.destroy(loop)
        return 0
    }

    /// The poller of one of these loops; null for a handle that is no open loop of these.
    public func poller(of loop: OpaquePointer) -> (any LoopPoller)? {
        guard self.open.withLock({ $0.contains(UInt(bitPattern: loop)) }) else { return nil }
        return LoopHandle.with(loop) { $0.poller }
    }
}
