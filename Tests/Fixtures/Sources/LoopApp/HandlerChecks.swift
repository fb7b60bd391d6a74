// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var handlerChecks: [Check] {
    [
        Check("a readable descriptor is told, again and again until it is read") { loop in
            let pair = try Pair()
            var told: [IOLoop.Events] = []
            try loop.addHandler(pair.first, .read) { fd, events in
                try expect(fd, equals: pair.first)
                told.append(events)
                guard told.count == 3 else { return }
                pair.drain()
                loop.callLater(0.01) { loop.stop() }
            }
            pair.send()
            try loop.start()
            try loop.removeHandler(pair.first)
            try expect(told, equals: [.read, .read, .read])
        },
        Check("a writable descriptor is told") { loop in
            let pair = try Pair()
            var told: IOLoop.Events = []
            try loop.addHandler(pair.first, [.read, .write]) { _, events in
                told = events
                loop.stop()
            }
            try expect(try loop.start(limit: 2), "it was not told")
            try loop.removeHandler(pair.first)
            try expect(told, equals: .write)
        },
        Check("updateHandler changes what is told, down to nothing and back") { loop in
            let pair = try Pair()
            var told = 0
            try loop.addHandler(pair.first, .write) { _, _ in told += 1 }
            try loop.updateHandler(pair.first, .none)
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(told, equals: 0)
            try loop.updateHandler(pair.first, .read)
            pair.send()
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try loop.removeHandler(pair.first)
            try expect(told > 0, "it was not told")
        },
        Check("a removed handler is not called, and the descriptor stays open") { loop in
            let pair = try Pair()
            var told = 0
            try loop.addHandler(pair.first, .read) { _, _ in told += 1 }
            pair.send()
            try loop.removeHandler(pair.first)
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(told, equals: 0)
            try expect(fcntl(pair.first, F_GETFD) >= 0, "it was closed")
        },
        Check("a handler can remove itself and close its descriptor") { loop in
            let pair = try Pair()
            var told = 0
            try loop.addHandler(pair.first, .read) { fd, _ in
                told += 1
                try loop.removeHandler(fd)
                pair.closeFirst()
            }
            pair.send()
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(told, equals: 1)
        },
        Check("a handler can remove others that are ready in the same turn") { loop in
            let pairs = try (0..<5).map { _ in try Pair() }
            var told = 0
            for pair in pairs {
                try loop.addHandler(pair.first, .read) { fd, _ in
                    told += 1
                    for other in pairs { try loop.removeHandler(other.first) }
                }
                pair.send()
            }
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(told, equals: 1)
        },
        Check("a descriptor closed and reused in the same turn gets no event of the old file") { loop in
            let one = try Pair()
            let two = try Pair()
            let fresh = try Pair()
            var old = 0
            var new = 0
            var swapped: Int32 = -1
            func swap(_ own: Pair, _ other: Pair) throws {
                old += 1
                own.drain()
                guard swapped < 0 else { return }
                // The other one is ready too: its number now means a file that is not.
                try loop.removeHandler(other.first)
                swapped = other.first
                dup2(fresh.first, swapped)
                try loop.addHandler(swapped, .read) { _, _ in new += 1 }
            }
            try loop.addHandler(one.first, .read) { _, _ in try swap(one, two) }
            try loop.addHandler(two.first, .read) { _, _ in try swap(two, one) }
            one.send()
            two.send()
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(old, equals: 1)
            try expect(new, equals: 0)
            fresh.send()
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(new > 0, "the new handler is not told")
            for pair in [one, two] { try loop.removeHandler(pair.first) }
        },
        Check("a descriptor closed before its handler was removed can be used again") { loop in
            let pair = try Pair()
            var told = 0
            let number = pair.first
            try loop.addHandler(number, .read) { _, _ in told += 100 }
            pair.closeFirst()
            try loop.removeHandler(number)
            let other = try Pair()
            dup2(other.first, number)
            try loop.addHandler(number, .read) { _, _ in
                told += 1
                loop.stop()
            }
            other.send()
            try expect(try loop.start(limit: 2), "it was not told")
            try loop.removeHandler(number)
            close(number)
            try expect(told, equals: 1)
        },
        Check("a descriptor has one handler") { loop in
            let pair = try Pair()
            try loop.addHandler(pair.first, .read) { _, _ in }
            do {
                try loop.addHandler(pair.first, .write) { _, _ in }
                try expect(false, "a second one was taken")
            } catch let error as IOLoopError {
                try expect(error.errno, equals: EEXIST)
            }
            try loop.removeHandler(pair.first)
        },
        Check("what has no handler cannot be changed or removed") { loop in
            let pair = try Pair()
            for call in [{ try loop.updateHandler(pair.first, .read) }, { try loop.removeHandler(pair.first) }] {
                do {
                    try call()
                    try expect(false, "it was taken")
                } catch let error as IOLoopError {
                    try expect(error.errno, equals: ENOENT)
                }
            }
        },
        Check("a descriptor that is not open is refused") { loop in
            for descriptor: Int32 in [-1, 987_654] {
                do {
                    try loop.addHandler(descriptor, .read) { _, _ in }
                    try expect(false, "\(descriptor) was taken")
                } catch let error as IOLoopError {
                    try expect(error.errno, equals: EBADF)
                }
            }
        },
        Check("400 descriptors ready at once are all told") { loop in
            let pairs = try (0..<400).map { _ in try Pair() }
            var told = Set<Int32>()
            for pair in pairs {
                try loop.addHandler(pair.first, .read) { fd, _ in
                    pair.drain()
                    told.insert(fd)
                    if told.count == pairs.count { loop.stop() }
                }
                pair.send()
            }
            try expect(try loop.start(limit: 5), "\(told.count) were told")
            for pair in pairs { try loop.removeHandler(pair.first) }
        },
        Check("removeHandler frees what the handler holds") { loop in
            final class Held {}
            weak var held: Held?
            let pair = try Pair()
            do {
                let object = Held()
                held = object
                try loop.addHandler(pair.first, .read) { _, _ in _ = object }
            }
            try expect(held != nil, "it was freed too early")
            try loop.removeHandler(pair.first)
            try expect(held == nil, "it was not freed")
        },
    ]
}
