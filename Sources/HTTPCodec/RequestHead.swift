// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// A parsed request head: views into the bytes it was parsed from and into the header table.
public struct RequestHead {
    /// A token; case matters.
    public var method = gt_bytes()
    /// As sent.
    public var target = gt_bytes()
    /// The authority: of the target where it is absolute, else the value of Host; empty if there is none.
    public var host = gt_bytes()
    /// The minor version of HTTP/1.
    public var minorVersion: UInt8 = 1
    /// `GT_REQUEST_…`; keep-alive as the client sees it.
    public var flags: UInt32 = 0
    /// Bytes of body to come; -1 if chunked.
    public var contentLength: Int64 = 0
    /// Bytes of input that the head took, its empty line included.
    public var size = 0

    /// An empty head, to parse into.
    public init() {}
}

/// What parsing came to.
public enum ParseResult {
    /// A whole head.
    case complete
    /// More bytes are needed, and so far nothing is wrong.
    case incomplete
    /// The bytes break a rule or a limit.
    case refused(Refusal)
}
