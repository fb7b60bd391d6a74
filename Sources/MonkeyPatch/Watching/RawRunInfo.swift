// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Run info as the loop's thread gathers it: addresses have no names yet, which would take too long there.
struct RawRunInfo: Sendable {
    /// What makes greenlets alike.
    struct Kind: Hashable, Sendable {
        var name: String
        var state: RunInfo.Greenlet.State
        var waitsFor: String
        var addresses: [UInt]
    }

    struct Greenlet: Sendable {
        var kind: Kind
        var id: UInt64
        var descriptor: Int32?
        var seconds: Double
        var age: Double
        var stackSize: Int
        var stackUsed: Int
        var switches: UInt64
        var count = 1
    }

    var backend: String
    var pending: Int
    var greenlets: [Greenlet]
    var counts: GreenletCounts
    var resident: Int

    /// The same with names.
    func named(_ symbolizer: inout Symbolizer, _ blockings: BlockingCounts, isWatched: Bool) -> RunInfo {
        RunInfo(
            backend: self.backend,
            pending: self.pending,
            greenlets: self.greenlets.map { $0.named(&symbolizer) },
            counts: self.counts,
            resident: self.resident,
            blockings: isWatched ? blockings.blockings : nil,
            longestBlocking: blockings.longest
        )
    }
}

extension RawRunInfo.Greenlet {
    fileprivate func named(_ symbolizer: inout Symbolizer) -> RunInfo.Greenlet {
        RunInfo.Greenlet(
            id: self.id,
            name: self.kind.name,
            state: self.kind.state,
            waitsFor: self.kind.waitsFor,
            descriptor: self.descriptor,
            seconds: self.seconds,
            age: self.age,
            stackSize: self.stackSize,
            stackUsed: self.stackUsed,
            switches: self.switches,
            frames: symbolizer.frames(self.kind.addresses, isExact: false).withoutEngine,
            count: self.count
        )
    }
}

/// Greenlets, those that are alike together, oldest first.
struct AlikeGreenlets {
    private(set) var greenlets: [RawRunInfo.Greenlet] = []
    private var places: [RawRunInfo.Kind: Int] = [:]

    mutating func add(_ greenlet: RawRunInfo.Greenlet) {
        if let place = self.places[greenlet.kind] {
            self.greenlets[place].count += 1
        } else {
            self.places[greenlet.kind] = self.greenlets.count
            self.greenlets.append(greenlet)
        }
    }
}
