// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Runs every check on the main thread's loop and prints a line for each: "ok NAME" or "FAIL NAME: why".
func runChecks() throws {
    // Hang-ups that nohup has this process ignore are handled from now on: children start in another way.
    if getenv("NETAPP_HANGUPS") != nil { signal(SIGHUP) { _ in } }
    let wanted = getenv("NETAPP_ONLY").map { String(cString: $0) }
    var checks = addressChecks + clientChecks + serverChecks + childChecks + tlsChecks
    if let wanted { checks = checks.filter { $0.name.contains(wanted) } }
    say("backend \(IOLoop.current.backend), \(Greenlet.isAvailable ? "greenlets" : "no greenlets")")
    // What the resolver opens once stays open.
    _ = try? ThreadedResolver().resolve(".invalid", 80)
    _ = try? DefaultResolver().resolve(".invalid", 80)
    var failures = 0
    for check in checks {
        // A hanging check ends the app.
        alarm(60)
        let before = openDescriptors()
        do {
            try check.body(IOLoop.current)
            try expectSoon("descriptors are left") { openDescriptors() <= before }
            say("ok \(check.name)")
        } catch {
            failures += 1
            say("FAIL \(check.name): \(error)")
        }
    }
    say("\(checks.count) checks, \(failures) failed")
}

/// What makes this library a plugin.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("netapp", main: runChecks) }
