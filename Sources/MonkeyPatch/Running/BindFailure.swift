// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// An address that could not be listened on.
struct BindFailure: Sendable, Equatable {
    let address: String
    let reason: String
    /// What the server says to try; empty where it does not say.
    let advice: String
    /// A positive errno value.
    let number: Int32

    var error: MonkeyError {
        MonkeyError(.cannotBind, "cannot listen on \(self.address)", because: self.reason, remedies: self.remedies)
    }

    private var remedies: [String] {
        switch self.number {
        case EADDRINUSE:
            self.address.hasPrefix("unix:")
                ? ["another server runs there: stop it, or choose another path"]
                : ["see who has it: ss -ltnp", "choose another: --http-socket :0 takes a free port"]
        case EACCES, EPERM:
            self.address.hasPrefix("unix:")
                ? ["choose a folder that this user may write to"]
                : ["ports below 1024 are for root: choose a higher one, such as --http-socket :8080"]
        case EADDRNOTAVAIL:
            ["choose an address that this machine has: ip address", "--http-socket :8080 takes all of them"]
        default:
            [self.advice.isEmpty ? "write host:port, :port, [::1]:port, unix:/path or fd://3" : self.advice]
        }
    }
}
