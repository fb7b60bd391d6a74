// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import TornadoCore

/// What an ``AsyncHTTPClient`` is made with.
///
/// ```swift
/// var settings = HTTPClientSettings()
/// settings.maxClients = 100
/// settings.defaults.userAgent = "shop/1.0"
/// AsyncHTTPClient.configure(settings)
/// ```
public struct HTTPClientSettings: Sendable, Equatable {
    /// Fetches at a time; more wait for their turn.
    public var maxClients = 10
    /// Fetches at a time from one host and port.
    public var maxClientsPerHost = Int.max
    /// Connections that are kept for further requests.
    public var maxIdleConnections = 100
    /// Connections that are kept for one host and port.
    public var maxIdlePerHost = 10
    /// Seconds that a connection is kept without a request.
    public var idleTimeout = 60.0
    /// Bytes of an answer's head; more is an error.
    public var maxHeaderSize = 64 * 1024
    /// Bytes of an answer's body, as sent and decompressed; more is an error.
    public var maxBodySize = 100 * 1024 * 1024
    /// Hosts that others are connected to in place of, as ``OverrideResolver`` does it; certificates and `Host` stay those of
    /// the URL.
    public var hostnameMapping: [OverrideResolver.Source: OverrideResolver.Target] = [:]
    /// What requests get that do not say otherwise.
    public var defaults = HTTPRequestSettings()

    /// Tornado's settings.
    public init() {}
}
