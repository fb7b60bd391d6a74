// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import ProviderKit

extension EvhttpEngine {
    /// Listens on an address in text; what came of it is written to `result`.
    func listen(
        _ address: UnsafePointer<CChar>?,
        backlog: Int32,
        reusePort: Bool,
        result: UnsafeMutablePointer<gt_listening>?
    ) -> Int32 {
        ListenReport.attempt(
            address,
            backlog: backlog,
            reusePort: reusePort,
            isEncrypted: self.tls != nil,
            result
        ) { socket in
            guard let bound = evhttp_accept_socket_with_handle(self.http, socket.descriptor) else {
                Glibc.close(socket.descriptor)
                if let path = socket.pathToRemove { unlink(path) }
                return -ENOMEM
            }
            self.listeners.append((bound, socket.pathToRemove))
            if self.isPaused { evconnlistener_disable(evhttp_bound_socket_get_listener(bound)) }
            // Its context is the evhttp object, as evhttp has set it.
            evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound)) { _, http in
                EvhttpRegister.engine(of: http.map { OpaquePointer($0) })?.pauseAccepting()
            }
            return 0
        }
    }

    /// A listener that cannot accept, for want of descriptors or memory, would spin: leave all alone for a moment.
    private func pauseAccepting() {
        self.disableListeners()
        var time = timeval(tv_sec: 0, tv_usec: 100_000)
        if let resume = self.resume { event_add(resume, &time) }
    }

    /// Accepts no connections until called with false; the kernel queues them.
    func pause(_ isPaused: Bool) {
        self.isPaused = isPaused
        if isPaused { self.disableListeners() } else { self.resumeAccepting() }
    }

    func resumeAccepting() {
        guard !self.isPaused else { return }
        for listener in self.listeners { evconnlistener_enable(evhttp_bound_socket_get_listener(listener.socket)) }
    }

    private func disableListeners() {
        for listener in self.listeners { evconnlistener_disable(evhttp_bound_socket_get_listener(listener.socket)) }
    }

    /// Stops listening; connections go on.
    func stop() {
        for listener in self.listeners {
            // Closes the descriptor.
            evhttp_del_accept_socket(self.http, listener.socket)
            if let path = listener.path { unlink(path) }
        }
        self.listeners = []
    }
}
