// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Why a host has no address.
public struct ResolverError: Error, Hashable, CustomStringConvertible {
    /// The host that was asked for.
    public let host: String
    /// One of getaddrinfo's codes: `EAI_NONAME`, `EAI_AGAIN`, ...
    public let code: Int32
    /// The system's number where the code is `EAI_SYSTEM`; else 0.
    public let errno: Int32

    init(_ question: Lookup.Question, error: Int32, number: Int32) {
        self.host = question.host
        self.code = error
        self.errno = error == EAI_SYSTEM ? number : 0
    }

    /// Whether asking again later may help.
    public var isTemporary: Bool { self.code == EAI_AGAIN || self.code == EAI_SYSTEM }

    /// What libc says of it: "Name or service not known".
    public var reason: String {
        if self.code == EAI_SYSTEM { return OSError.text(self.errno) }
        return gai_strerror(self.code).map { String(cString: $0) } ?? "error \(self.code)"
    }

    /// What failed, on what, and why.
    public var description: String { "Cannot find the address of '\(self.host)': \(self.reason)" }
}
