// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Runs every check on the main thread's loop and prints a line for each: "ok NAME" or "FAIL NAME: why".
func runChecks() throws {
    let wanted = getenv("STREAMAPP_ONLY").map { String(cString: $0) }
    var checks = Array(
        [
            readChecks, writeChecks, closeChecks, limitChecks, takingBackChecks, connectChecks, pipeChecks, tlsChecks,
            lendingChecks, tlsGuardChecks, fairnessChecks, openingChecks,
        ].joined()
    )
    if let wanted { checks = checks.filter { $0.name.contains(wanted) } }

    say("backend \(IOLoop.current.backend)")
    var failures = 0
    for check in checks {
        let watchdog = Watchdog(check.name)
        do {
            try check.body(IOLoop.current)
            say("ok \(check.name)")
        } catch {
            failures += 1
            say("FAIL \(check.name): \(error)")
        }
        watchdog.end()
    }
    say("\(checks.count) checks, \(failures) failed")
}

/// What makes this library a plugin.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("streamapp", main: runChecks) }
