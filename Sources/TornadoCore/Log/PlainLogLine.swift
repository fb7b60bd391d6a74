// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
package import Logging

/// Lines without metadata whose text needs no escapes, as the access log's are: written as `TornadoLogHandler` writes
/// them, but put together on the stack, since there is one for each request.
package enum PlainLogLine {
    /// Whether the access log goes to the framework's own handler, and nothing is added to its lines.
    package static let servesAccessLog: Bool = {
        guard let handler = Log.access.handler as? TornadoLogHandler else { return false }
        return handler.metadata.isEmpty && handler.metadataProvider == nil
    }()

    /// The longest text that `writeAccess` takes, in bytes.
    package static let longest = 1024

    /// What the brackets, the names and the time may take beside the text, file and line.
    private static let frame = 160

    /// Whether a byte stands for itself in both formats.
    @inline(__always)
    package static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"")
    }

    /// Writes a line of `tornado.access`: at most `longest` bytes, each of them plain.
    package static func writeAccess(
        _ level: Logger.Level,
        _ text: UnsafeBufferPointer<UInt8>,
        file: StaticString,
        line: Int
    ) {
        precondition(text.count <= self.longest, "PlainLogLine.writeAccess takes \(self.longest) bytes")
        let capacity = self.longest + self.frame + file.utf8CodeUnitCount
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            guard let start = buffer.baseAddress else { return }
            var out = ByteCursor(start)
            if LogSettings.values.isJSON {
                self.json(level, text, file, line, &out)
            } else {
                self.console(level, text, file, line, &out)
            }
            StandardError.write(UnsafeRawBufferPointer(start: start, count: out.next - start))
        }
    }

    private static func console(
        _ level: Logger.Level,
        _ text: UnsafeBufferPointer<UInt8>,
        _ file: StaticString,
        _ line: Int,
        _ out: inout ByteCursor
    ) {
        let isColoured = LogSettings.isColoured
        if isColoured {
            out.append("\u{1B}[")
            out.append(decimal: ConsoleLogLine.colour(level))
            out.append("m")
        }
        out.append("[")
        out.append(byte: ConsoleLogLine.letter(level).asciiValue ?? 0x3F)
        out.append(" ")
        LogTime.appendConsole(to: &out)
        out.append(" ")
        out.append(file)
        out.append(":")
        out.append(decimal: line)
        out.append("]")
        if isColoured { out.append("\u{1B}[0m") }
        out.append(" ")
        out.append(text)
        out.append("\n")
    }

    private static func json(
        _ level: Logger.Level,
        _ text: UnsafeBufferPointer<UInt8>,
        _ file: StaticString,
        _ line: Int,
        _ out: inout ByteCursor
    ) {
        out.append("{\"time\":\"")
        LogTime.appendJSON(to: &out)
        out.append("\",\"level\":\"")
        out.append(self.name(level))
        out.append("\",\"logger\":\"tornado.access\",\"message\":\"")
        out.append(text)
        out.append("\",\"file\":\"")
        out.append(file)
        out.append("\",\"line\":")
        out.append(decimal: line)
        out.append("}\n")
    }

    private static func name(_ level: Logger.Level) -> StaticString {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}
