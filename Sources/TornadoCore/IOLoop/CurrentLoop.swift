// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc
import ProviderKit

/// Each thread's own loop object, in thread-specific storage, which holds one reference to it.
enum CurrentLoop {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        // The reference of a thread that ends is kept: others may still hold the loop and add callbacks to it.
        let code = pthread_key_create(&key, nil)
        demand(code == 0, "This process has used up its thread-specific keys, and IOLoop.current needs one.")
        return key
    }()

    static func get() -> IOLoop {
        if let place = pthread_getspecific(Self.key) {
            return Unmanaged<IOLoop>.fromOpaque(place).takeUnretainedValue()
        }
        return Self.make()
    }

    /// The calling thread's, if it has one.
    static var ifAny: IOLoop? {
        pthread_getspecific(Self.key).map { Unmanaged<IOLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    static func set(_ loop: IOLoop) {
        if let place = pthread_getspecific(Self.key) { Unmanaged<IOLoop>.fromOpaque(place).release() }
        pthread_setspecific(Self.key, Unmanaged.passRetained(loop).toOpaque())
    }

    static func forget(_ loop: IOLoop) {
        guard let place = pthread_getspecific(Self.key),
            Unmanaged<IOLoop>.fromOpaque(place).takeUnretainedValue() === loop
        else { return }
        pthread_setspecific(Self.key, nil)
        Unmanaged<IOLoop>.fromOpaque(place).release()
    }

    private static func make() -> IOLoop {
        let table = Registry.ioloop
        guard let handle = table.pointee.current() else {
            let provider = String(cString: table.pointee.name)
            trap(
                """
                IOLoop.current: the provider '\(provider)' made no event loop for this thread: \
                \(String(cString: strerror(errno))). A loop needs a few file descriptors: see `ulimit -n`.
                """
            )
        }
        let loop = IOLoop(table: table, handle: handle)
        Self.set(loop)
        if gt_is_main_thread() != 0 { LoopConcurrency.install(on: loop) }
        return loop
    }
}
