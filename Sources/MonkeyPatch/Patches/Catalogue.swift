// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import LibeventProviders

/// Everything that gtornado can patch, with its state on this machine.
public enum Catalogue {
    /// The names of all patches, in the order of the list.
    public static let names = Patch.Name.allCases.map(\.rawValue)

    /// Every patch, with its state here.
    public static var patches: [Patch] {
        [Self.ioloop, Self.httpserver, Self.concurrency, Self.greenlet] + Self.libc
    }

    /// Whether a patch can be applied here, and why not.
    static func state(of name: Patch.Name) -> Patch.State {
        guard name == .ioloop || name == .httpserver, LibeventLoop.availableMethods.isEmpty else { return .available }
        return .unavailable("libevent \(LibeventLoop.version) has no way to wait on this system")
    }

    private static var ioloop: Patch {
        Patch(
            name: .ioloop,
            replaces: "the event loop",
            by: "libevent's event_base",
            state: Self.state(of: .ioloop),
            note: "libevent \(LibeventLoop.version): \(LibeventLoop.availableMethods.joined(separator: ", "))",
            choices: []
        )
    }

    private static var httpserver: Patch {
        Patch(
            name: .httpserver,
            replaces: "the HTTP server",
            by: "libevent or evhttp",
            state: Self.state(of: .httpserver),
            note: "needs ioloop; \(HTTPServerChoice.standard.rawValue) unless --httpserver evhttp",
            choices: HTTPServerChoice.allCases.map(\.choice)
        )
    }

    private static var concurrency: Patch {
        Patch(
            name: .concurrency,
            replaces: "Swift's executors",
            by: "the loop's own thread",
            state: Self.state(of: .concurrency),
            note: "async handlers and what they await stay on the loop",
            choices: []
        )
    }
}

/// The HTTP servers that the `httpserver` patch can put in.
public enum HTTPServerChoice: String, CaseIterable, Sendable {
    /// gtornado's server on libevent's listener and raw events.
    case libevent
    /// libevent's own server, as the first gtornado used it.
    case evhttp

    /// The one taken where nothing is said.
    public static let standard = HTTPServerChoice.libevent

    /// The server's functions, which live as long as the process.
    public var table: UnsafePointer<gt_httpserver> {
        switch self {
        case .libevent: LibeventHTTPServer.table
        case .evhttp: EvhttpServer.table
        }
    }

    /// What the server cannot do or protect against, a sentence each.
    public var limitations: [String] {
        let table = self.table.pointee
        guard let texts = table.limitations else { return [] }
        return (0..<Int(table.limitation_count)).compactMap { texts[$0].map { String(cString: $0) } }
    }

    fileprivate var choice: Patch.Choice {
        Patch.Choice(name: self.rawValue, isDefault: self == .standard, limitations: self.limitations)
    }
}
