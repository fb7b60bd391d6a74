// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import CGTornado

/// What is said while an app runs.
struct LoggingOptions: ParsableArguments {
    static let levelVariable = Setting("LOG_LEVEL")
    static let formatVariable = Setting("LOG_FORMAT")
    static let verboseVariable = Setting("VERBOSE")

    @Option(
        name: .customLong("log-level"),
        help: Self.levelVariable.help("The least level that the app logs.", default: "info", valueName: "level")
    )
    var level: LogLevel?

    @Option(
        name: .customLong("log-format"),
        help: Self.formatVariable.help(
            "How the app logs; auto is console on a terminal and json elsewhere. With json, gtornado speaks JSON too.",
            default: "auto",
            valueName: "format"
        )
    )
    var format: LogFormat?

    @Flag(
        inversion: .prefixedNo,
        help: Self.verboseVariable.help("Say what was exchanged, who had registered it, and what stayed.")
    )
    var verbose: Bool?

    /// The level, by its flag, its variable or the default.
    func chosenLevel() throws -> LogLevel {
        try self.level ?? Self.levelVariable.value(as: LogLevel.self) ?? .info
    }

    /// The format, by its flag, its variable or the default.
    func chosenFormat() throws -> LogFormat {
        try self.format ?? Self.formatVariable.value(as: LogFormat.self) ?? .auto
    }

    /// Whether to say more, by its flag or its variable.
    func isVerbose() throws -> Bool {
        try self.verbose ?? Self.verboseVariable.flag() ?? false
    }
}

/// swift-log's levels, in their order.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case trace
    case debug
    case info
    case notice
    case warning
    case error
    case critical

    /// The header's number.
    var number: Int32 {
        switch self {
        case .trace: Int32(GT_LOG_TRACE)
        case .debug: Int32(GT_LOG_DEBUG)
        case .info: Int32(GT_LOG_INFO)
        case .notice: Int32(GT_LOG_NOTICE)
        case .warning: Int32(GT_LOG_WARNING)
        case .error: Int32(GT_LOG_ERROR)
        case .critical: Int32(GT_LOG_CRITICAL)
        }
    }
}

/// How a log looks.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    case auto
    case console
    case json

    /// The header's number.
    var number: Int32 {
        switch self {
        case .auto: Int32(GT_LOG_AUTO)
        case .console: Int32(GT_LOG_CONSOLE)
        case .json: Int32(GT_LOG_JSON)
        }
    }
}
