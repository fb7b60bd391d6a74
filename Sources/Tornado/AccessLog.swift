// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Logging
import TornadoCore

/// The line that Tornado logs for each request.
enum AccessLog {
    /// `200 GET /x (127.0.0.1) 0.51ms`, at a level that follows the status.
    static func log(_ status: Int, _ request: HTTPServerRequest) {
        let level = self.level(of: status)
        guard Log.accessLevel <= level else { return }
        // Said to come from one line, whichever way it is written.
        let line: UInt = #line
        if PlainLogLine.servesAccessLog, self.logPlainly(status, request, level, Int(line)) { return }
        let summary = "\(status) \(LogText.summary(of: request)) \(LogText.milliseconds(request.requestTime()))ms"
        Log.access.log(level: level, "\(summary)", line: line)
    }

    /// The same line, without a String made of anything; false if something in it needs escapes, or is not at hand.
    private static func logPlainly(
        _ status: Int,
        _ request: HTTPServerRequest,
        _ level: Logger.Level,
        _ line: Int
    ) -> Bool {
        let method = request.head.method.buffer
        let target = request.head.target.buffer
        // Method, target, an address, the status, the time and what stands between them.
        guard method.count <= 32, target.count <= PlainLogLine.longest - 192 else { return false }
        guard method.allSatisfy(PlainLogLine.isPlain), target.allSatisfy(PlainLogLine.isPlain) else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: PlainLogLine.longest) { buffer in
            guard let start = buffer.baseAddress else { return false }
            var out = ByteCursor(start)
            out.append(decimal: status)
            out.append(" ")
            out.append(method)
            out.append(" ")
            out.append(target)
            out.append(" (")
            guard request.appendAddress(to: &out) else { return false }
            out.append(") ")
            self.append(milliseconds: request.requestTime(), to: &out)
            out.append("ms")
            let text = UnsafeBufferPointer(start: start, count: out.next - start)
            PlainLogLine.writeAccess(level, text, file: "AccessLog", line: line)
            return true
        }
    }

    /// As `LogText.milliseconds` has it.
    private static func append(milliseconds seconds: Double, to out: inout ByteCursor) {
        let hundredths = LogText.hundredths(seconds)
        out.append(decimal: hundredths / 100)
        out.append(hundredths % 100 < 10 ? ".0" : ".")
        out.append(decimal: hundredths % 100)
    }

    private static func level(of status: Int) -> Logger.Level {
        switch status {
        case ..<400: .info
        case ..<500: .warning
        default: .error
        }
    }

    /// A request that the server itself refused: it never became a request of the app.
    static func refused(status: Int, why: String, _ startLine: gt_bytes) {
        let line = LogText.escaped(startLine.latin1)
        let level = self.level(of: status)
        Log.access.log(level: level, "\(status) \(line.isEmpty ? "-" : line) refused: \(LogText.escaped(why))")
    }
}

/// Text from clients, made safe for a log: whatever a client sends, a line stays a line.
enum LogText {
    /// The longest piece of a client's text that goes into a line, in characters.
    static let limit = 4096

    /// Control characters, backslashes and what is not ASCII as `\n`, `\x1b`, `\u{e9}`; the rest as it is.
    static func escaped(_ text: String) -> String {
        if text.utf8.count <= self.limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C }) {
            return text
        }
        var out = ""
        for scalar in text.unicodeScalars.prefix(self.limit) {
            switch scalar.value {
            case 0x5C: out += "\\\\"
            case 0x20..<0x7F: out.unicodeScalars.append(scalar)
            case 0x0A: out += "\\n"
            case 0x0D: out += "\\r"
            case 0x09: out += "\\t"
            case ..<0x100:
                let digits = String(scalar.value, radix: 16)
                out += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: out += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return text.unicodeScalars.count > self.limit ? out + "..." : out
    }

    /// `GET /x (127.0.0.1)`.
    static func summary(of request: HTTPServerRequest) -> String {
        "\(self.escaped(request.method)) \(self.escaped(request.uri)) (\(request.remoteIP))"
    }

    /// Seconds as milliseconds with two decimals.
    static func milliseconds(_ seconds: Double) -> String {
        let hundredths = self.hundredths(seconds)
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// Seconds as hundredths of a millisecond, rounded.
    static func hundredths(_ seconds: Double) -> Int {
        Int(min(max(seconds, 0) * 100_000, 1e15).rounded())
    }
}
