// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

private struct Trouble: Error, CustomStringConvertible {
    let description: String
}

/// What is written to standard error while `body` runs.
private func standardError(while body: () throws -> Void) throws -> String {
    var template = Array("/tmp/loopapp-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    unlink(&template)
    let saved = dup(STDERR_FILENO)
    dup2(file, STDERR_FILENO)
    defer {
        dup2(saved, STDERR_FILENO)
        close(saved)
        close(file)
    }
    try body()
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = pread(file, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

var failureChecks: [Check] {
    [
        Check("errors thrown by callbacks, timeouts, handlers and periodic callbacks are logged, and the loop goes on")
        { loop in
            let pair = try Pair()
            let periodic = PeriodicCallback(callbackTime: 2) { throw Trouble(description: "periodic trouble") }
            let text = try standardError {
                loop.spawnCallback { throw Trouble(description: "callback trouble") }
                loop.callLater(0) { throw Trouble(description: "timeout trouble") }
                try loop.addHandler(pair.first, .read) { _, _ in
                    pair.drain()
                    throw Trouble(description: "handler trouble")
                }
                pair.send()
                periodic.start()
                loop.callLater(0.02) { loop.stop() }
                try loop.start()
            }
            periodic.stop()
            try loop.removeHandler(pair.first)
            for what in ["callback trouble", "timeout trouble", "handler trouble", "periodic trouble"] {
                try expect(text.contains(what), "'\(what)' is missing in: \(text)")
            }
        },
        Check("log lines are JSON where standard error is no terminal, unless told otherwise") { loop in
            let text = try standardError { Log.application.error("quote \" and\nnewline", metadata: ["key": "value"]) }
            let isConsole = getenv("GTORNADO_LOG_FORMAT").map { String(cString: $0) == "console" } ?? false
            if isConsole {
                try expect(text.hasPrefix("[E ") && text.contains("FailureChecks:"), text)
            } else {
                try expect(text.hasPrefix("{\"time\":\"") && text.hasSuffix("}\n"), text)
                try expect(text.contains("\"level\":\"error\",\"logger\":\"tornado.application\""), text)
                try expect(text.contains("\"message\":\"quote \\\" and\\nnewline\""), text)
                try expect(text.contains("\"metadata\":{\"key\":\"value\"}"), text)
            }
        },
    ]
}
