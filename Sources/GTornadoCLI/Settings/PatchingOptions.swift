// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// Which patches to apply.
///
/// Nothing said is the usual ones.
struct PatchingOptions: ParsableArguments {
    static let patchVariable = Setting("PATCH")
    static let noPatchVariable = Setting("NO_PATCH")
    static let ioloopVariable = Setting("IOLOOP")
    static let concurrencyVariable = Setting("CONCURRENCY")
    static let noHTTPServerVariable = Setting("NO_HTTPSERVER")
    static let httpserverVariable = Setting("HTTPSERVER")
    static let methodVariable = Setting("LIBEVENT_METHOD")

    @Option(
        name: .customLong("patch"),
        help: Self.patchVariable.help(
            "Apply only these patches. 'file' alone is added to the usual ones.",
            valueName: "name,name"
        ),
        completion: .list(Catalogue.names)
    )
    var only: [String] = []

    @Option(
        name: .customLong("no-patch"),
        help: Self.noPatchVariable.help("Apply the usual patches but these.", valueName: "name,name"),
        completion: .list(Catalogue.names)
    )
    var except: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: Self.ioloopVariable.help("Patch the event loop and only what else is selected, or leave it alone.")
    )
    var ioloop: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: Self.concurrencyVariable.help(
            "Move Swift's tasks to the loop and patch only what else is selected, or leave them alone."
        )
    )
    var concurrency: Bool?

    @Flag(
        name: .customLong("no-httpserver"),
        help: Self.noHTTPServerVariable.help("Leave the app's own HTTP server alone.")
    )
    var noHTTPServer = false

    @OptionGroup
    var calls: CallOptions

    @Option(
        name: .customLong("httpserver"),
        help: Self.httpserverVariable.help(
            "The HTTP server to put in: gtornado's own on libevent, or libevent's evhttp.",
            default: HTTPServerChoice.standard.rawValue,
            valueName: "server"
        )
    )
    var server: ServerName?

    @Option(
        name: .customLong("libevent-method"),
        help: Self.methodVariable.help(
            "What libevent waits with.",
            default: "the best that the system has",
            valueName: "method"
        )
    )
    var method: LibeventMethodName?

    /// What is to be patched.
    ///
    /// One selecting flag makes the selecting variables count for nothing.
    func selection() throws -> Selection {
        var only = self.only
        var except = self.except
        var flags: [(name: String, isSelected: Bool?)] = [
            ("ioloop", self.ioloop), ("concurrency", self.concurrency), ("httpserver", self.noHTTPServer ? false : nil),
        ]
        except += self.calls.switchedOff
        if only.isEmpty, except.isEmpty, flags.allSatisfy({ $0.isSelected == nil }) {
            only = Self.patchVariable.list
            except = try Self.noPatchVariable.list + CallOptions.switchedOffByVariables()
            flags = [
                ("ioloop", try Self.ioloopVariable.flag()), ("concurrency", try Self.concurrencyVariable.flag()),
                ("httpserver", try Self.noHTTPServerVariable.flag() == true ? false : nil),
            ]
        }
        only += flags.filter { $0.isSelected == true }.map(\.name)
        except += flags.filter { $0.isSelected == false }.map(\.name)
        let selection = try Selection(only: only, except: except)
        try self.check(selection)
        return selection
    }

    /// The HTTP server, by its flag, its variable or the default.
    func chosenServer() throws -> HTTPServerChoice {
        try (self.server ?? Self.httpserverVariable.value(as: ServerName.self))?.choice ?? .standard
    }

    /// The method, by its flag or its variable; null leaves the choice to libevent.
    func chosenMethod() throws -> String? {
        try (self.method ?? Self.methodVariable.value(as: LibeventMethodName.self))?.rawValue
    }

    /// A server that was asked for on this line, and is not to be put in, is a mistake.
    private func check(_ selection: Selection) throws {
        guard let server = self.server, !selection.contains(.httpserver) else { return }
        throw MonkeyError(
            .usage,
            "cannot use --httpserver \(server.rawValue)",
            because: "the patch httpserver is not selected",
            try: "add it: --patch ioloop,httpserver",
            "or leave --httpserver out"
        )
    }
}

/// The methods of libevent that exist on Linux.
enum LibeventMethodName: String, CaseIterable, ExpressibleByArgument {
    case epoll
    case poll
    case select
}

/// The HTTP servers, as the command line names them.
enum ServerName: String, CaseIterable, ExpressibleByArgument {
    case libevent
    case evhttp

    var choice: HTTPServerChoice {
        switch self {
        case .libevent: .libevent
        case .evhttp: .evhttp
        }
    }
}
