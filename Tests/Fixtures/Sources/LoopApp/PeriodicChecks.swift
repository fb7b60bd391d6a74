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
            let periodic = PeriodicCallback(callbackTime: 20) { times.append(loop.time() - begin) }
            periodic.start()
            try expect(periodic.isRunning, "it does not run")
            loop.callLater(0.11) { loop.stop() }
            try loop.start()
            periodic.stop()
            try expect(!periodic.isRunning, "it still runs")
            // Each run has a point of the series of its own, and never comes before it.
            let points = times.map { Int(($0 + 0.0005) / 0.020) }
            try expect(points == Set(points).sorted() && points.allSatisfy { $0 >= 1 && $0 <= 5 }, "\(times)")
            try expect(times.count >= 3, "it ran \(times.count) times")
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
            let begin = loop.time()
            let periodic = PeriodicCallback(callbackTime: 50) {
                times.append(loop.time() - begin)
                if times.count == 1 { usleep(125_000) }
            }
            periodic.start()
            loop.callLater(0.29) { loop.stop() }
            try loop.start()
            periodic.stop()
            // Run 1 at 50 ms lasts until 175: those at 100 and 150 are skipped, the next are at 200 and 250.
            try expect(times.count, equals: 3)
            try expect(times[1] >= 0.1995 && times[1] < 0.249, "the second came at \(times[1])")
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
                if runs == 3 { periodic?.stop() }
            }
            periodic?.start()
            loop.callLater(0.1) { loop.stop() }
            try loop.start()
            try expect(runs, equals: 3)
        },
        Check("a periodic callback can be stopped and started inside itself, and runs once a time") { loop in
            var runs = 0
            var periodic: PeriodicCallback?
            periodic = PeriodicCallback(callbackTime: 10) {
                runs += 1
                periodic?.stop()
                periodic?.start()
            }
            periodic?.start()
            periodic?.start()
            loop.callLater(0.055) { loop.stop() }
            try loop.start()
            periodic?.stop()
            try expect(runs >= 1 && runs <= 5, "it ran \(runs) times")
        },
    ]
}
