// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import Logging

/// The framework's loggers, under Tornado's names.
///
/// They write to standard error, in Tornado's format on a terminal and as JSON elsewhere, at the level that the runner or
/// `GTORNADO_LOG_LEVEL` says. An app that calls `LoggingSystem.bootstrap` before it uses the framework decides for itself.
///
/// ```swift
/// Log.application.warning("The cache is full", metadata: ["entries": "\(count)"])
/// ```
public enum Log {
    /// One line for each request: `tornado.access`.
    public static let access = Log.logger(named: "tornado.access")
    /// The least level that ``access`` logs, looked up once: it is asked for with every request.
    public static let accessLevel = Log.access.logLevel
    /// Errors in the app's code: `tornado.application`.
    public static let application = Log.logger(named: "tornado.application")
    /// Everything else the framework has to say: `tornado.general`.
    public static let general = Log.logger(named: "tornado.general")

    /// A logger like the framework's own.
    public static func logger(named label: String) -> Logger {
        let standard = Logger(label: label)
        // swift-log's own handler means that nobody has chosen one.
        guard standard.handler is StreamLogHandler else { return standard }
        return Logger(label: label) { TornadoLogHandler(label: $0) }
    }

    /// Makes the framework's handler the one of every `Logger(label:)`.
    ///
    /// Once a process, like any bootstrap of swift-log.
    public static func bootstrap() {
        LoggingSystem.bootstrap { TornadoLogHandler(label: $0) }
    }
}
