// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What most requests' handlers do not need, in an object of its own: a handler without any costs less to make.
final class HandlerExtras {
    var pathArguments: [String] = []
    var pathNames: [String: String] = [:]
    var reason: String?
    /// Nil as long as the answer has the default headers only.
    var headers: HTTPHeaders?
    var newCookies: [NewCookie] = []
    /// Everything written, if it is more than one string.
    var buffer: [UInt8] = []

    /// The body, where it is streamed to a handler in a greenlet.
    var streamedBody: StreamedBody?

    /// Whether the answer's head is the standard one, as far as it is said here.
    var leavesHead: Bool { self.headers == nil && self.reason == nil && self.newCookies.isEmpty }
}

extension RequestHandler {
    /// What the route's groups matched, percent-decoded, in order; empty text for one that took no part.
    public internal(set) final var pathArguments: [String] {
        get { self.extras?.pathArguments ?? [] }
        set { self.made.pathArguments = newValue }
    }

    /// What the route's named groups matched.
    public internal(set) final var pathNames: [String: String] {
        get { self.extras?.pathNames ?? [:] }
        set { self.made.pathNames = newValue }
    }

    final var reason: String? {
        get { self.extras?.reason }
        set { if self.extras != nil || newValue != nil { self.made.reason = newValue } }
    }

    final var headers: HTTPHeaders? {
        get { self.extras?.headers }
        set { if self.extras != nil || newValue != nil { self.made.headers = newValue } }
    }

    final var newCookies: [NewCookie] {
        get { self.extras?.newCookies ?? [] }
        set { if self.extras != nil || !newValue.isEmpty { self.made.newCookies = newValue } }
    }

    final var buffer: [UInt8] {
        get { self.extras?.buffer ?? [] }
        set { if self.extras != nil || !newValue.isEmpty { self.made.buffer = newValue } }
    }

    /// Whether everything written is the one string in `text`, if anything is.
    final var isBufferEmpty: Bool {
        guard let extras else { return true }
        return extras.buffer.isEmpty
    }

    /// Made on first use.
    final var made: HandlerExtras {
        if let extras { return extras }
        let extras = HandlerExtras()
        self.extras = extras
        return extras
    }
}
