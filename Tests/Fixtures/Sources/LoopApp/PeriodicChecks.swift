// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var periodicChecks: [Check] {
    [
        Check("a periodic callback comes at its times") { loop in
            var times: [Double] = []
            let begin = loop.time()
            let periodic = PeriodicCallback(callbackTime: 20) {
                times.append(loop.time() - begin)
                if times.count == 5 { loop.stop() }
            }
            periodic.start()
            try expect(periodic.isRunning, "it does not run")
            try expect(try loop.start(limit: 20), "it ran \(times.count) times")
            periodic.stop()
            try expect(!periodic.isRunning, "it still runs")
            // Each run has a point of the series of its own, and never comes before it: late it may be, on a busy machine.
            let points = times.map { Int(($0 + 0.0005) / 0.020) }
            try expect(points == Set(points).sorted() && points.allSatisfy { $0 >= 1 }, "\(times)")
        },
        Check("a periodic callback of half a second does not spin") { loop in
            var runs = 0
            let periodic = PeriodicCallback(callbackTime: .milliseconds(500)) { runs += 1 }
            periodic.start()
            loop.callLater(0.1) { loop.stop() }
            try loop.start()
            periodic.stop()
            try expect(runs, equals: 0)
        },
        Check("missed runs are skipped, and the others keep their times") { loop in
            var times: [Double] = []
            var end = 0.0
            let begin = loop.time()
            let periodic = PeriodicCallback(callbackTime: 50) {
                times.append(loop.time() - begin)
                if times.count == 1 {
                    usleep(125_000)
                    end = loop.time() - begin
                }
                if times.count == 3 { loop.stop() }
            }
            periodic.start()
            try expect(try loop.start(limit: 20), "it ran \(times.count) times")
            periodic.stop()
            // Run 1, at 50 ms, lasts until 175 or later: the points in between are skipped, and the next one is kept.
            let next = (end / 0.050).rounded(.down) * 0.050 + 0.050
            try expect(times[1] >= next - 0.0005, "the second came at \(times[1]), the first ended at \(end)")
            try expect(Int((times[2] + 0.0005) / 0.050) > Int((times[1] + 0.0005) / 0.050), "\(times)")
        },
        Check("jitter moves runs both ways, within its limits") { loop in
            var times: [Double] = [loop.time()]
            let periodic = PeriodicCallback(callbackTime: 4, jitter: 0.5) { times.append(loop.time()) }
            periodic.start()
            loop.callLater(0.25) { loop.stop() }
            try loop.start()
            periodic.stop()
            let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
            try expect(gaps.count > 10 && gaps.count < 85, "\(gaps.count) runs")
            try expect(gaps.contains { $0 < 0.0038 } && gaps.contains { $0 > 0.0042 }, "there is no jitter: \(gaps)")
        },
        Check("a periodic callback can stop itself") { loop in
            var runs = 0
            var periodic: PeriodicCallback?
            periodic = PeriodicCallback(callbackTime: 1) {
                runs += 1
                if runs == 3 {
                    periodic?.stop()
                    loop.callLater(0.05) { loop.stop() }
                }
            }
            periodic?.start()
            try loop.start()
            try expect(runs, equals: 3)
        },
        Check("a periodic callback can be stopped and started inside itself, and runs once a time") { loop in
            var runs = 0
            var periodic: PeriodicCallback?
            periodic = PeriodicCallback(callbackTime: 10) {
                runs += 1
                periodic?.stop()
                if runs == 5 { loop.stop() } else { periodic?.start() }
            }
            let begin = loop.time()
            periodic?.start()
            periodic?.start()
            try expect(try loop.start(limit: 20), "it ran \(runs) times")
            periodic?.stop()
            let passed = loop.time() - begin
            try expect(runs == 5 && passed >= 0.0495, "it ran \(runs) times in \(passed) s")
        },
    ]
}
