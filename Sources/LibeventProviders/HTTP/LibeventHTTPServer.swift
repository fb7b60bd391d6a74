// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc
import ProviderKit

/// The `libevent` server, gtornado's default: the engine on libevent's raw events.
public enum LibeventHTTPServer {
    /// The table for the registry's slot `httpserver`.
    ///
    /// It serves loops of ``LibeventLoop`` only. Made once, never changed, never freed.
    public nonisolated(unsafe) static let table: UnsafePointer<gt_httpserver> = {
        var table = gt_httpserver()
        ServerTable.fill(&table)
        table.name = StaticText.pointer("libevent")
        table.capabilities = ServerTable.capabilities
        table.create = { loop, settings, delegate, context in
            guard let loop, let base = LibeventLoop.base(of: loop) else {
                errno = ENOTSUP
                return nil
            }
            return ServerTable.create(
                driver: LibeventDriver(base: base),
                table: LibeventLoop.table,
                loop: loop,
                settings: settings,
                delegate: delegate,
                context: context
            )
        }
        table.shutdown = { loop, grace, done, context in
            guard let loop else {
                done?(context, 0)
                return
            }
            EngineRegister.shutdown(loop, table: LibeventLoop.table, grace: grace) { done?(context, $0) }
        }
        let place = UnsafeMutablePointer<gt_httpserver>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()
}
