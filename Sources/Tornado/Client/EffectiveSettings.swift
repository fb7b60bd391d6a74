// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import TornadoCore

/// A request's settings with the client's defaults in place of what it leaves open.
///
/// Shared by all requests that leave everything open.
final class EffectiveSettings {
    let connectTimeout: Double
    let requestTimeout: Double
    let followRedirects: Bool
    let maxRedirects: Int
    let decompress: Bool
    let userAgent: String
    let limits: RequestLimits
    let allowIPv6: Bool
    /// The rest, in which nil means none.
    let all: HTTPRequestSettings

    /// TLS where nothing is said of it.
    static let plainTLS = SSLOptions(alpn: ["http/1.1"])
    private let plainRoute: OriginKey.Route?
    private let routeWithTLS: OriginKey.Route?
    /// Whom another host redirects to is not shown who one is.
    private let foreignRouteWithTLS: OriginKey.Route?

    static let userAgent = "gtornado/\(gtornadoVersion)"

    init(_ own: HTTPRequestSettings, _ client: HTTPClientSettings) {
        let all = own.filled(with: client.defaults)
        self.all = all
        self.connectTimeout = Self.seconds(all.connectTimeout)
        self.requestTimeout = Self.seconds(all.requestTimeout)
        self.followRedirects = all.followRedirects ?? true
        self.maxRedirects = all.maxRedirects ?? 5
        self.decompress = all.decompressResponse ?? true
        self.userAgent = all.userAgent ?? Self.userAgent
        self.allowIPv6 = all.allowIPv6 ?? true
        self.limits = RequestLimits(
            head: max(1, all.maxHeaderSize ?? client.maxHeaderSize),
            body: Int64(max(1, all.maxBodySize ?? client.maxBodySize))
        )
        let parts = Self.routeParts(all)
        let ssl = Self.sslOptions(all)
        self.plainRoute = parts.map { OriginKey.Route($0) }
        self.routeWithTLS = Self.route(parts, ssl) ?? self.plainRoute
        var foreign = ssl
        foreign?.certificates = []
        self.foreignRouteWithTLS =
            ssl?.certificates.isEmpty == false ? Self.route(parts, foreign) ?? self.plainRoute : self.routeWithTLS
    }

    /// The way to a server, as the pool knows it.
    func route(isTLS: Bool, isForeign: Bool) -> OriginKey.Route? {
        guard isTLS else { return self.plainRoute }
        return isForeign ? self.foreignRouteWithTLS : self.routeWithTLS
    }

    private static func routeParts(_ all: HTTPRequestSettings) -> OriginKey.RouteParts? {
        guard
            all.unixSocket != nil || all.networkInterface != nil || all.proxyHost != nil || all.allowIPv6 == false
        else { return nil }
        return OriginKey.RouteParts(
            unixSocket: all.unixSocket,
            networkInterface: all.networkInterface,
            allowIPv6: all.allowIPv6 ?? true,
            proxyHost: all.proxyHost,
            proxyPort: all.proxyPort,
            proxyUsername: all.proxyUsername,
            proxyPassword: all.proxyPassword
        )
    }

    /// Nil if nothing but the plain way is left.
    private static func route(_ parts: OriginKey.RouteParts?, _ ssl: SSLOptions?) -> OriginKey.Route? {
        guard let ssl, ssl != Self.plainTLS else { return nil }
        var parts = parts ?? OriginKey.RouteParts()
        parts.ssl = ssl
        return OriginKey.Route(parts)
    }

    /// 0 and what is no number mean no limit.
    private static func seconds(_ value: Double?) -> Double {
        let value = value ?? 20
        return value > 0 && value.isFinite ? value : .infinity
    }

    /// How to speak TLS.
    var sslOptions: SSLOptions { Self.sslOptions(self.all) ?? Self.plainTLS }

    /// Nil where nothing is said of it.
    private static func sslOptions(_ all: HTTPRequestSettings) -> SSLOptions? {
        if var options = all.sslOptions {
            if options.alpn.isEmpty { options.alpn = Self.plainTLS.alpn }
            return options
        }
        guard all.clientCert != nil || all.caCerts != nil || all.validateCert == false else { return nil }
        var options = Self.plainTLS
        if let own = all.clientCert {
            options.certificates = [SSLOptions.Certificate(certfile: own, keyfile: all.clientKey)]
        }
        options.caCerts = all.caCerts
        if all.validateCert == false { options.verify = SSLOptions.Verification.none }
        return options
    }
}

extension HTTPRequestSettings {
    fileprivate func filled(with defaults: HTTPRequestSettings) -> HTTPRequestSettings {
        var all = self
        func fill<Value>(_ path: WritableKeyPath<HTTPRequestSettings, Value?>) {
            if all[keyPath: path] == nil { all[keyPath: path] = defaults[keyPath: path] }
        }
        fill(\.connectTimeout)
        fill(\.requestTimeout)
        fill(\.userAgent)
        fill(\.ifModifiedSince)
        fill(\.expect100Continue)
        fill(\.allowNonstandardMethods)
        fill(\.followRedirects)
        fill(\.maxRedirects)
        fill(\.decompressResponse)
        fill(\.maxHeaderSize)
        fill(\.maxBodySize)
        fill(\.networkInterface)
        fill(\.allowIPv6)
        fill(\.unixSocket)
        fill(\.validateCert)
        // How credentials are shown is none itself: whoever's they are, they do not go out in the clear instead.
        fill(\.authMode)
        fill(\.proxyAuthMode)
        // What belongs together comes from one place.
        if all.authUsername == nil {
            fill(\.authUsername)
            fill(\.authPassword)
        }
        if all.proxyHost == nil {
            fill(\.proxyHost)
            fill(\.proxyPort)
            fill(\.proxyUsername)
            fill(\.proxyPassword)
        }
        if all.sslOptions == nil, all.caCerts == nil, all.clientCert == nil, all.clientKey == nil {
            fill(\.caCerts)
            fill(\.clientCert)
            fill(\.clientKey)
            fill(\.sslOptions)
        }
        return all
    }
}
