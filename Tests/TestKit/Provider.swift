// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The provider combinations that the framework's whole suite runs against.
public enum Provider: String, CaseIterable, Sendable {
    /// Both built-in: the app as an ordinary executable, without gtornado.
    case builtIn
    /// Both built-in, under gtornado: all that it adds is greenlets.
    case greenlets
    /// libevent's loop under the built-in server.
    case libeventLoop
    /// libevent's loop and the direct server: gtornado's default.
    case libevent
    /// libevent's loop and its own HTTP server.
    case evhttp

    /// Whether it is libevent's own HTTP server, with its limitations.
    public var isEvhttp: Bool { self == .evhttp }

    /// Whether synchronous handlers run in greenlets.
    public var hasGreenlets: Bool { self.options != nil }

    /// The options of `gtornado run` that choose it; nil for the executable.
    public var options: [String]? {
        switch self {
        case .builtIn: nil
        case .greenlets: ["--no-ioloop", "--no-httpserver"]
        case .libeventLoop: ["--no-httpserver"]
        case .libevent: []
        case .evhttp: ["--httpserver", "evhttp"]
        }
    }

    /// The command for a fixture of which there is a plugin `lib<name>.so` and an executable `<name>-main`.
    public func command(fixture name: String, options: [String] = [], arguments: [String] = []) throws -> [String] {
        guard let own = self.options else { return [try Place.fixture("\(name)-main")] + arguments }
        let plugin = try Place.fixture("lib\(name).so")
        return [try Place.gtornado(), "run"] + own + options + [plugin] + (arguments.isEmpty ? [] : ["--"] + arguments)
    }
}
