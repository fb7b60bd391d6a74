// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why the codec refuses what a client sent, and the status to answer with before closing the connection.
public struct Refusal: Error, Equatable, Sendable {
    /// 400, 408, 413, 414, 431, 501 or 505.
    public let status: Int
    /// One clause without a full stop, for the log; sent only to a client that speaks no TLS where it has to.
    public let why: StaticString

    /// A refusal with `status`, for the reason `why`.
    public init(_ status: Int, _ why: StaticString) {
        self.status = status
        self.why = why
    }

    /// Whether two refusals have the same status.
    public static func == (left: Refusal, right: Refusal) -> Bool {
        left.status == right.status
    }

    static func bad(_ why: StaticString) -> Refusal {
        Refusal(400, why)
    }
}
