// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
public import TornadoCore

extension HTTPServer {
    /// How a server treats its clients: Tornado's settings and defaults.
    public struct Settings: Sendable {
        /// Closes each connection after one request.
        public var noKeepAlive = false
        /// Believes `X-Real-Ip`/`X-Forwarded-For` and `X-Scheme`/`X-Forwarded-Proto`.
        ///
        /// Only behind a proxy that sets them.
        public var xheaders = false
        /// Addresses of proxies that are skipped in `X-Forwarded-For`.
        public var trustedDownstream: Set<String> = []
        /// Speaks TLS with these certificates; nil for plain HTTP.
        ///
        /// Without ``SSLOptions/alpn`` HTTP/1.1 is offered. `headerTimeout` holds for the handshake too. New
        /// certificates are taken by ``HTTPServer/reloadSSL(_:)``.
        ///
        /// ```swift
        /// var settings = HTTPServer.Settings()
        /// settings.sslOptions = SSLOptions(certfile: "server.pem", keyfile: "server.key")
        /// try app.listen(8443, settings: settings)
        /// ```
        public var sslOptions: SSLOptions?
        /// What `request.protocol` says where the connection does not tell: `https` behind a proxy that ends TLS.
        public var `protocol`: String?
        /// Decompresses request bodies with `Content-Encoding: gzip` (or `x-gzip`) as they arrive.
        ///
        /// Handlers see the body as if it had been sent so. Of the head only two things change: `Content-Encoding` is
        /// called `X-Consumed-Content-Encoding` then, and gateway applications see no `CONTENT_LENGTH`, which would be
        /// another body's. `maxBodySize` holds for what is sent and again for what that stands for: more is answered
        /// with 413. What is no gzip, or ends too early, or has something else behind it, is answered with 400. Bodies
        /// in other codings, or in several, arrive as sent.
        ///
        /// ```swift
        /// var settings = HTTPServer.Settings()
        /// settings.decompressRequest = true
        /// try app.listen(8888, settings: settings)
        /// ```
        public var decompressRequest = false
        /// The largest piece of a body handed to `dataReceived`, in bytes.
        public var chunkSize = 64 * 1024
        /// Bytes of a request's head: more is answered with 431.
        public var maxHeaderSize = 64 * 1024
        /// Bytes of a body, decompressed or not: more is answered with 413.
        public var maxBodySize = 100 * 1024 * 1024
        /// Bytes of unsent output above which `flush()` waits.
        public var maxBufferSize = 1024 * 1024
        /// Seconds that a connection may be open without a request; 0 for no limit.
        public var idleConnectionTimeout = 3600.0
        /// Seconds from a request's first byte to the end of its head; 0 for no limit.
        public var headerTimeout = 60.0
        /// Seconds from the end of the head to the end of the body; 0 for no limit.
        public var bodyTimeout = 0.0

        /// Tornado's defaults.
        public init() {}

        var seam: gt_server_settings {
            func size(_ value: Int) -> UInt32 { UInt32(clamping: max(value, 1)) }
            var settings = gt_server_settings()
            settings.size = UInt32(MemoryLayout<gt_server_settings>.size)
            settings.flags = self.noKeepAlive ? UInt32(GT_SERVER_NO_KEEP_ALIVE) : 0
            settings.max_header_size = size(self.maxHeaderSize)
            settings.max_body_size = Int64(max(self.maxBodySize, 0))
            settings.max_buffer_size = size(self.maxBufferSize)
            settings.chunk_size = size(self.chunkSize)
            settings.idle_connection_timeout = self.idleConnectionTimeout
            settings.header_timeout = self.headerTimeout
            settings.body_timeout = self.bodyTimeout
            settings.write_timeout = 60
            return settings
        }
    }
}

/// The framework's version.
public let gtornadoVersion = GTORNADO_VERSION_STRING
