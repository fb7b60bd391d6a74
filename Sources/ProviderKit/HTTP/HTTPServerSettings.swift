// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado
package import HTTPCodec

/// A server's settings, checked.
package struct HTTPServerSettings {
    package var limits = RequestLimits()
    package var keepAlive = true
    package var maxBufferSize = 1024 * 1024
    package var chunkSize = 64 * 1024
    package var idleTimeout = 3600.0
    package var headerTimeout = 60.0
    package var bodyTimeout = 0.0
    package var writeTimeout = 60.0

    /// The settings in the seam's form; nil if one is out of range.
    ///
    /// A number of 0 where there must be one takes the default.
    package init?(_ settings: gt_server_settings) {
        guard settings.max_body_size >= 0 else { return nil }
        let timeouts = [
            settings.idle_connection_timeout, settings.header_timeout, settings.body_timeout, settings.write_timeout,
        ]
        guard timeouts.allSatisfy({ $0 >= 0 && $0 < 1e9 }) else { return nil }
        func or(_ value: UInt32, _ byDefault: Int) -> Int { value == 0 ? byDefault : Int(value) }
        self.limits.startLine = or(settings.max_start_line_size, self.limits.startLine)
        self.limits.head = or(settings.max_header_size, self.limits.head)
        self.limits.fields = or(settings.max_header_count, self.limits.fields)
        self.limits.body = settings.max_body_size
        // A limit above this would make the loop's shared read buffer unreasonably large.
        guard self.limits.head <= 16 * 1024 * 1024 else { return nil }
        self.limits.startLine = min(self.limits.startLine, self.limits.head)
        self.keepAlive = settings.flags & UInt32(GT_SERVER_NO_KEEP_ALIVE) == 0
        self.maxBufferSize = or(settings.max_buffer_size, self.maxBufferSize)
        self.chunkSize = or(settings.chunk_size, self.chunkSize)
        self.idleTimeout = settings.idle_connection_timeout
        self.headerTimeout = settings.header_timeout
        self.bodyTimeout = settings.body_timeout
        self.writeTimeout = settings.write_timeout
    }

    /// Seconds between looks at the deadlines: fine enough for the shortest, and no finer.
    package var sweepInterval: Double {
        let shortest =
            [self.idleTimeout, self.headerTimeout, self.bodyTimeout, self.writeTimeout]
            .filter { $0 > 0 }.min() ?? 8
        return min(max(shortest / 8, 0.02), 1)
    }
}
