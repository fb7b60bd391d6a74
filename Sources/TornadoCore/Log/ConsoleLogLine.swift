// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Logging

/// Tornado's line: `[I 260121 03:56:49 IOLoop:12] message`, with the part in brackets coloured by level.
enum ConsoleLogLine {
    static func text(_ event: LogEvent, metadata: Logger.Metadata, isColoured: Bool) -> String {
        let prefix = "[\(Self.letter(event.level)) \(LogTime.console()) \(Self.module(event.file)):\(event.line)]"
        var text = isColoured ? "\u{1B}[\(Self.colour(event.level))m\(prefix)\u{1B}[0m" : prefix
        var said = event.message.description
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { said += " \(key)=\(value)" }
        text += " "
        // Continuation lines are indented, as Tornado does it, so that nothing in a message passes for a line of its own.
        for scalar in said.unicodeScalars {
            text.unicodeScalars.append(scalar)
            if scalar == "\n" { text += "    " }
        }
        return text + "\n"
    }

    static func letter(_ level: Logger.Level) -> Character {
        switch level {
        case .trace: "T"
        case .debug: "D"
        case .info: "I"
        case .notice: "N"
        case .warning: "W"
        case .error: "E"
        case .critical: "C"
        }
    }

    static func colour(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 34
        case .info, .notice: 32
        case .warning: 33
        case .error: 31
        case .critical: 35
        }
    }

    /// The file's name without folders and ending: "Tornado/Web/RequestHandler.swift" is "RequestHandler".
    static func module(_ file: String) -> Substring {
        let name = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { file[file.utf8.index(after: $0)...] } ?? file[...]
        return name.hasSuffix(".swift") ? name.dropLast(6) : name
    }
}
