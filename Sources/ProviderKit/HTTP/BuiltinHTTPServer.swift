// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc

/// The built-in server, `tornado`: the engine over the descriptor handlers of whatever loop is registered.
public enum BuiltinHTTPServer {
    /// The seam's functions take no context, so the loop's table is kept here.
    ///
    /// It is set once, by the image's framework before any server is made, and only read afterwards.
    private nonisolated(unsafe) static var slot: UnsafePointer<gt_slot>?

    /// The table, made once and never freed.
    private nonisolated(unsafe) static let table: UnsafePointer<gt_httpserver> = {
        var table = gt_httpserver()
        ServerTable.fill(&table)
        table.name = StaticText.pointer("tornado")
        table.capabilities = ServerTable.capabilities
        table.create = { loop, settings, delegate, context in
            guard let loop, let loops = BuiltinHTTPServer.loops else {
                errno = ENOTSUP
                return nil
            }
            return ServerTable.create(
                driver: LoopDriver(table: loops, loop: loop),
                table: loops,
                loop: loop,
                settings: settings,
                delegate: delegate,
                context: context
            )
        }
        table.shutdown = { loop, grace, done, context in
            guard let loop, let loops = BuiltinHTTPServer.loops else {
                done?(context, 0)
                return
            }
            EngineRegister.shutdown(loop, table: loops, grace: grace) { done?(context, $0) }
        }
        let place = UnsafeMutablePointer<gt_httpserver>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static var loops: UnsafePointer<gt_ioloop>? {
        self.slot?.pointee.table?.assumingMemoryBound(to: gt_ioloop.self)
    }

    /// The table of the built-in server, over the loop that `ioloop`, the registry's slot, holds when a server is made.
    public static func table(over ioloop: UnsafePointer<gt_slot>) -> UnsafePointer<gt_httpserver> {
        self.slot = ioloop
        return self.table
    }
}

/// Literals as C strings that live as long as the process.
public enum StaticText {
    /// The literal's own bytes, which end in NUL.
    public static func pointer(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
