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
    }

    /// 0 and what is no number mean no limit.
    private static func seconds(_ value: Double?) -> Double {
        let value = value ?? 20
        return value > 0 && value.isFinite ? value : .infinity
    }

    /// How to speak TLS.
    var sslOptions: SSLOptions {
        var options = self.all.sslOptions ?? SSLOptions()
        if self.all.sslOptions == nil {
            if let own = self.all.clientCert {
                options.certificates = [SSLOptions.Certificate(certfile: own, keyfile: self.all.clientKey)]
            }
            options.caCerts = self.all.caCerts
            if self.all.validateCert == false { options.verify = SSLOptions.Verification.none }
        }
        if options.alpn.isEmpty { options.alpn = ["http/1.1"] }
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
        // What belongs together comes from one place.
        if all.authUsername == nil {
            fill(\.authUsername)
            fill(\.authPassword)
            fill(\.authMode)
        }
        if all.proxyHost == nil {
            fill(\.proxyHost)
            fill(\.proxyPort)
            fill(\.proxyUsername)
            fill(\.proxyPassword)
            fill(\.proxyAuthMode)
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
