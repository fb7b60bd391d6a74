// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Logging
import Synchronization

/// How to log: what the runner says, else what the environment says, else from `info` on, as suits where it goes.
enum LogSettings {
    struct Values {
        var level = Logger.Level.info
        var isJSON = false
    }

    private static let host = Mutex<(level: Int32, format: Int32)?>(nil)

    /// Remembers what a runner says.
    ///
    /// To be called before anything is logged.
    static func take(_ host: UnsafePointer<gt_host>?) {
        guard let host else { return }
        let values = (level: host.pointee.log_level, format: host.pointee.log_format)
        Self.host.withLock { $0 = values }
    }

    /// Decided at the first use.
    static let values: Values = {
        let host = Self.host.withLock { $0 }
        var values = Values()
        values.level = host.flatMap { Self.level(number: $0.level) } ?? Self.environmentLevel ?? .info
        switch host?.format ?? Self.environmentFormat {
        case Int32(GT_LOG_CONSOLE): values.isJSON = false
        case Int32(GT_LOG_JSON): values.isJSON = true
        default: values.isJSON = isatty(STDERR_FILENO) == 0
        }
        return values
    }()

    /// Whether lines are coloured: on a terminal, unless `NO_COLOR` is set to anything.
    static let isColoured: Bool = {
        let refusal = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        return isatty(STDERR_FILENO) != 0 && !refusal
    }()

    private static func level(number: Int32) -> Logger.Level? {
        let levels = Logger.Level.allCases
        return levels.indices.contains(Int(number)) ? levels[Int(number)] : nil
    }

    private static var environmentLevel: Logger.Level? {
        Self.environment("GTORNADO_LOG_LEVEL").flatMap { Logger.Level(rawValue: $0.lowercased()) }
    }

    private static var environmentFormat: Int32 {
        switch Self.environment("GTORNADO_LOG_FORMAT")?.lowercased() {
        case "console": Int32(GT_LOG_CONSOLE)
        case "json": Int32(GT_LOG_JSON)
        default: Int32(GT_LOG_AUTO)
        }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
