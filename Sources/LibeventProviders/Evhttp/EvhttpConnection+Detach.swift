// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import CProviderKit
import Glibc

/// Gives a connection away.
///
/// evhttp remembers its descriptor, and will shut down and close it whatever the bufferevent says. So the app gets
/// another descriptor of the same socket, and evhttp's number is made to mean something else, which it may close.
extension EvhttpConnection {
    /// The seam's detach(), for plain connections: see `gt_httpserver`.
    func detach(_ descriptor: UnsafeMutablePointer<Int32>, _ unread: UnsafeMutablePointer<gt_bytes>?) -> Int32 {
        guard self.session == nil else { return -ENOTSUP }
        return self.takeOver(descriptor, unread)
    }

    /// The seam's detach_tls(): the app gets the session too, and frees it.
    func detach(
        _ descriptor: UnsafeMutablePointer<Int32>,
        session: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
        _ unread: UnsafeMutablePointer<gt_bytes>?
    ) -> Int32 {
        let own = self.session
        let code = self.takeOver(descriptor, unread)
        if code == 0 { session.pointee = own }
        return code
    }

    private func takeOver(
        _ descriptor: UnsafeMutablePointer<Int32>,
        _ unread: UnsafeMutablePointer<gt_bytes>?
    ) -> Int32 {
        guard !self.isBroken, !self.isClosed, self.request != nil else { return -EPIPE }
        guard !self.responseBegun else { return -EBUSY }
        guard self.unsent == 0 else { return -EAGAIN }
        let own = Int32(self.descriptor)
        let taken = fcntl(own, F_DUPFD_CLOEXEC, 0)
        guard taken >= 0 else { return -errno }
        let stand = gt_eventfd()
        guard stand >= 0 else {
            let code = -errno
            close(taken)
            return code
        }
        if let session = self.session, let tls = self.engine.tls, !tls.library.move(session, to: taken) {
            close(stand)
            close(taken)
            return -ENOMEM
        }
        // The kernel's watch on the socket ends here, while the number still means it.
        bufferevent_disable(self.bufferevent, Int16(EV_READ | EV_WRITE))
        bufferevent_setcb(self.bufferevent, nil, nil, nil, nil)
        _ = gt_replace(own, stand)
        descriptor.pointee = taken
        unread?.pointee = self.unreadBytes
        self.leave()
        return 0
    }

    /// What has come behind the request: valid until evhttp's connection is freed, in a later turn.
    private var unreadBytes: gt_bytes {
        guard let input = bufferevent_get_input(self.bufferevent) else { return gt_bytes() }
        let size = evbuffer_get_length(input)
        guard size > 0, let bytes = evbuffer_pullup(input, -1) else { return gt_bytes() }
        return gt_bytes(data: bytes, size: size)
    }

    /// The connection is evhttp's alone now, and to be freed; the request has ended well.
    private func leave() {
        self.isDetached = true
        self.session = nil
        self.abort()
        self.tellFinished(lost: false)
    }
}
