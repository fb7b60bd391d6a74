// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A pattern as a table of states, so that a byte costs one look-up.
final class ByteAutomaton: Sendable {
    typealias State = UInt16

    /// The pattern has matched.
    static let matched: State = 0
    static let start: State = 1
    /// A megabyte of table at most.
    private static let maxStates = 2000

    /// By byte: bytes that no part of the pattern tells apart are one class.
    private let classes: [UInt8]
    private let classCount: Int
    /// By state and class.
    private let table: [State]

    init(_ program: PatternProgram, isAnchored: Bool) throws {
        var maker = AutomatonMaker(program, isAnchored: isAnchored)
        self.classes = maker.classes
        self.classCount = maker.classCount
        self.table = try maker.make(maxStates: Self.maxStates)
    }

    /// Goes on from a state over the bytes behind `start`.
    ///
    /// - Returns: Where the pattern has matched: behind its last byte.
    func advance(_ state: inout State, over bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        self.table.withUnsafeBufferPointer { table in
            self.classes.withUnsafeBufferPointer { classes in
                for index in start..<max(start, bytes.count) {
                    state = table[Int(state) * self.classCount + Int(classes[Int(bytes[index])])]
                    if state == Self.matched { return index + 1 }
                }
                return nil
            }
        }
    }
}

/// Makes the table: a state is a set of places in the program that can be reached by the same bytes.
private struct AutomatonMaker {
    private let program: PatternProgram
    private let isAnchored: Bool
    private let first: Set<Int>
    private(set) var classes = [UInt8](repeating: 0, count: 256)
    private(set) var classCount = 0
    /// A byte of each class.
    private var samples: [UInt8] = []

    init(_ program: PatternProgram, isAnchored: Bool) {
        self.program = program
        self.isAnchored = isAnchored
        self.first = Self.reach([0], program)
        self.classify()
    }

    private mutating func classify() {
        let sets = self.program.sets
        var known: [[Bool]: UInt8] = [:]
        for byte in UInt8.min...UInt8.max {
            let signature = sets.map { $0.contains(byte) }
            if let number = known[signature] {
                self.classes[Int(byte)] = number
            } else {
                let number = UInt8(known.count)
                known[signature] = number
                self.classes[Int(byte)] = number
                self.samples.append(byte)
            }
        }
        self.classCount = self.samples.count
    }

    mutating func make(maxStates: Int) throws -> [ByteAutomaton.State] {
        guard !self.matches(self.first) else {
            throw PatternError(message: "A stream's pattern must not match where no byte has come.")
        }
        var numbers: [Set<Int>: ByteAutomaton.State] = [self.first: ByteAutomaton.start]
        var states = [self.first]
        var table = [ByteAutomaton.State](repeating: ByteAutomaton.matched, count: self.classCount)
        var index = 0
        while index < states.count {
            for sample in self.samples {
                let next = self.step(states[index], over: sample)
                if self.matches(next) {
                    table.append(ByteAutomaton.matched)
                } else if let number = numbers[next] {
                    table.append(number)
                } else {
                    guard states.count < maxStates else {
                        throw PatternError(message: "The pattern is too large for a stream: its repetitions multiply.")
                    }
                    states.append(next)
                    numbers[next] = ByteAutomaton.State(states.count)
                    table.append(ByteAutomaton.State(states.count))
                }
            }
            index += 1
        }
        return table
    }

    private func matches(_ places: Set<Int>) -> Bool { places.contains { self.program.isMatch($0) } }

    private func step(_ places: Set<Int>, over byte: UInt8) -> Set<Int> {
        let next = Self.reach(places.filter { self.program.takes(byte, at: $0) }.map { $0 + 1 }, self.program)
        // A match may begin at any byte.
        return self.isAnchored ? next : next.union(self.first)
    }

    /// The places from there that read a byte, or are the end.
    private static func reach(_ places: [Int], _ program: PatternProgram) -> Set<Int> {
        var pending = places
        var seen = Set<Int>()
        while let place = pending.popLast() {
            guard seen.insert(place).inserted else { continue }
            pending += program.successors(of: place)
        }
        return seen.filter { program.successors(of: $0).isEmpty }
    }
}
