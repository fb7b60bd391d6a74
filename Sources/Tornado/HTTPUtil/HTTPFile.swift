// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A file in a multipart form.
public struct HTTPFile: Sendable, Equatable {
    /// The name the client gave, verbatim: never use it as a path.
    public let filename: String
    /// The media type the client gave; `application/unknown` if it gave none.
    public let contentType: String
    /// The contents.
    public let body: [UInt8]
}
