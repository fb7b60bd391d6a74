// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Where the body of an answer goes.
enum ClientSink {
    /// Into the response.
    case response
    /// To the request's streaming callback.
    case callback(([UInt8]) throws -> Void)
    /// To whoever reads it, as fast as they do.
    case stream(HTTPStream.Source)
}
