// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Runs every check on the main thread's loop and prints a line for each: "ok NAME" or "FAIL NAME: why".
func runChecks() throws {
    var lists = [
        poolChecks, sentChecks, answerChecks, redirectChecks, timeoutChecks, encodingChecks, streamChecks, uploadChecks,
        formChecks, proxyChecks, limitChecks, connectChecks,
    ]
    if Greenlet.isAvailable { lists.append(greenletChecks) }
    // Where the test has peers for it.
    if environment("FETCHAPP_PLAIN") != nil {
        lists = [plainChecks, tlsChecks, tunnelChecks, digestChecks, socketChecks]
    }
    var checks = Array(lists.joined())
    if let wanted = environment("FETCHAPP_ONLY") { checks = checks.filter { $0.name.contains(wanted) } }
    var failures = 0
    for check in checks {
        let watchdog = Watchdog(check.name)
        do {
            try check.run()
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
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("fetchapp", main: runChecks) }
