// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Runs every check on the main thread's loop and prints a line for each: "ok NAME" or "FAIL NAME: why".
func runChecks() throws {
    _ = mainThread
    if getenv("LOOPAPP_FAIL") != nil { throw CheckFailure(description: "the app was told to fail") }
    let wanted = getenv("LOOPAPP_ONLY").map { String(cString: $0) }
    let hasConcurrency = getenv("LOOPAPP_NO_CONCURRENCY") == nil
    var lists = [
        callbackChecks, timeoutChecks, threadChecks, signalChecks, handlerChecks, errorChecks, runningChecks,
        closingChecks, periodicChecks, failureChecks, runSyncChecks, turnChecks, forkChecks,
    ]
    if hasConcurrency { lists += [taskChecks, actorChecks, foreignThreadChecks] }
    var checks = Array(lists.joined())
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
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("loopapp", main: runChecks) }
