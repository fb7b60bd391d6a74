// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// How much of each part of a request is taken.
///
/// Every number is at least 1.
public struct RequestLimits: Sendable {
    /// Bytes of request line; more is 414.
    public var startLine: Int
    /// Bytes of head, request line included; more is 431.
    ///
    /// Also the limit of a trailer section.
    public var head: Int
    /// Header fields; more is 431.
    ///
    /// Also the limit of trailer fields.
    public var fields: Int
    /// Bytes of body; more is 413.
    public var body: Int64

    /// Bytes of chunk extensions in one request body; more is 400.
    public static let chunkExtensions = 16 * 1024

    /// Tornado's limits: 64 KiB of head and 100 MiB of body; 16 KiB of request line and 1,000 fields.
    public init(
        startLine: Int = 16 * 1024,
        head: Int = 64 * 1024,
        fields: Int = 1000,
        body: Int64 = 100 * 1024 * 1024
    ) {
        self.startLine = startLine
        self.head = head
        self.fields = fields
        self.body = body
    }
}
