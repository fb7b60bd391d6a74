// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

private struct Trouble: Error {}

var runSyncChecks: [Check] {
    [
        Check("runSync returns what its body returns") { loop in
            try expect(try loop.runSync { loop.isRunning ? 42 : 0 }, equals: 42)
        },
        Check("runSync throws what its body throws") { loop in
            do {
                try loop.runSync { throw Trouble() }
                try expect(false, "it threw nothing")
            } catch is Trouble {}
        },
        Check("runSync runs an asynchronous body to its end") { loop in
            let value = try loop.runSync {
                try await Task.sleep(for: .milliseconds(5))
                return "done"
            }
            try expect(value, equals: "done")
        },
        Check("runSync gives up after its timeout, and cancels the task") { loop in
            var isCancelled = false
            do {
                try loop.runSync(timeout: .milliseconds(20)) {
                    do {
                        try await Task.sleep(for: .seconds(5))
                    } catch is CancellationError {
                        isCancelled = true
                    }
                }
                try expect(false, "it threw nothing")
            } catch let error as IOLoopError {
                try expect(error.code == .timeout, "\(error)")
            }
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(isCancelled, "the task was not cancelled")
        },
        Check("a task that outlives runSync's timeout does not stop a later run") { loop in
            do {
                try loop.runSync(timeout: .milliseconds(5)) {
                    _ = try? await Task.sleep(for: .seconds(5))
                    for _ in 0..<3 { await Task.yield() }
                }
            } catch is IOLoopError {}
            try expect(!(try loop.start(limit: 0.03)), "something stopped the loop")
        },
        Check("runSync says so if the loop is stopped before there is a result") { loop in
            loop.callLater(0.002) { loop.stop() }
            do {
                try loop.runSync { _ = try? await Task.sleep(for: .seconds(5)) }
                try expect(false, "it threw nothing")
            } catch let error as IOLoopError {
                try expect(error.code == .stopped, "\(error)")
            }
        },
    ]
}
