// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A pattern as instructions for a machine that follows all choices at once: linear in the path, whatever the pattern.
package struct PatternProgram: Sendable {
    private enum Instruction: Sendable {
        case set(ByteSet)
        /// Goes on at both, the first preferred.
        case split(Int, Int)
        case jump(Int)
        /// Notes the position.
        case save(Int)
        case match
    }

    package static let maxSize = 2000

    private var code: [Instruction] = []
    private let groups: Int

    package init(_ tree: PatternTree, groups: Int) throws {
        self.groups = groups
        try self.emit(tree)
        self.code.append(.match)
    }

    private mutating func emit(_ tree: PatternTree) throws {
        guard self.code.count < PatternProgram.maxSize else {
            throw PatternError(message: "The pattern is too large: its repetitions multiply.")
        }
        switch tree {
        case .set(let set): self.code.append(.set(set))
        case .sequence(let pieces): for piece in pieces { try self.emit(piece) }
        case .choice(let options): try self.emitChoice(options)
        case .group(let number, let inner):
            self.code.append(.save(2 * number))
            try self.emit(inner)
            self.code.append(.save(2 * number + 1))
        case .repeated(let inner, let least, let most, let greedy):
            for _ in 0..<least { try self.emit(inner) }
            if let most {
                for _ in least..<most { try self.emitOptional(inner, greedy) }
            } else {
                try self.emitLoop(inner, greedy)
            }
        }
    }

    private mutating func emitChoice(_ options: [PatternTree]) throws {
        var jumps: [Int] = []
        for (index, option) in options.enumerated() {
            let split = self.code.count
            if index < options.count - 1 { self.code.append(.split(split + 1, 0)) }
            try self.emit(option)
            guard index < options.count - 1 else { break }
            jumps.append(self.code.count)
            self.code.append(.jump(0))
            self.code[split] = .split(split + 1, self.code.count)
        }
        for jump in jumps { self.code[jump] = .jump(self.code.count) }
    }

    private mutating func emitOptional(_ inner: PatternTree, _ greedy: Bool) throws {
        let split = self.code.count
        self.code.append(.jump(0))
        try self.emit(inner)
        self.code[split] = greedy ? .split(split + 1, self.code.count) : .split(self.code.count, split + 1)
    }

    private mutating func emitLoop(_ inner: PatternTree, _ greedy: Bool) throws {
        let split = self.code.count
        try self.emitOptional(inner, greedy)
        self.code.append(.jump(split))
        let end = self.code.count
        self.code[split] = greedy ? .split(split + 1, end) : .split(end, split + 1)
    }

    // MARK: For who runs it otherwise

    var sets: [ByteSet] {
        self.code.compactMap { if case .set(let set) = $0 { set } else { nil } }
    }

    func isMatch(_ place: Int) -> Bool {
        if case .match = self.code[place] { true } else { false }
    }

    func takes(_ byte: UInt8, at place: Int) -> Bool {
        if case .set(let set) = self.code[place] { set.contains(byte) } else { false }
    }

    /// Where it goes on without reading.
    func successors(of place: Int) -> [Int] {
        switch self.code[place] {
        case .set, .match: []
        case .jump(let target): [target]
        case .split(let first, let second): [first, second]
        case .save: [place + 1]
        }
    }

    // MARK: Running

    /// Positions in the code, each with its groups, in order of preference.
    private struct Threads {
        var places: [Int] = []
        var saved: [[Int]] = []
        var seen: [Bool]

        init(_ size: Int) { self.seen = Array(repeating: false, count: size) }

        mutating func clear() {
            for place in self.seen.indices { self.seen[place] = false }
            self.places.removeAll(keepingCapacity: true)
            self.saved.removeAll(keepingCapacity: true)
        }
    }

    package func match(_ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Bool {
        var current = Threads(self.code.count)
        var next = Threads(self.code.count)
        self.follow(0, Array(repeating: -1, count: 2 * self.groups), 0, &current)
        for index in path.indices {
            next.clear()
            for (place, saved) in zip(current.places, current.saved) {
                guard case .set(let set) = self.code[place], set.contains(path[index]) else { continue }
                self.follow(place + 1, saved, index + 1, &next)
            }
            swap(&current, &next)
            if current.places.isEmpty { return false }
        }
        for (place, saved) in zip(current.places, current.saved) {
            guard case .match = self.code[place] else { continue }
            match.groups = (0..<self.groups).map { group in
                let (start, end) = (saved[2 * group], saved[2 * group + 1])
                return start >= 0 && end >= start ? start..<end : nil
            }
            return true
        }
        return false
    }

    /// Adds a place, or where it leads without reading, to the threads.
    private func follow(_ place: Int, _ saved: [Int], _ position: Int, _ threads: inout Threads) {
        var pending = [(place, saved)]
        while let (place, saved) = pending.popLast() {
            guard !threads.seen[place] else { continue }
            threads.seen[place] = true
            switch self.code[place] {
            case .jump(let target): pending.append((target, saved))
            case .split(let first, let second):
                pending.append((second, saved))
                pending.append((first, saved))
            case .save(let slot):
                var saved = saved
                saved[slot] = position
                pending.append((place + 1, saved))
            case .set, .match:
                threads.places.append(place)
                threads.saved.append(saved)
            }
        }
    }
}

/// Where the groups of a pattern matched.
package struct PathMatch {
    /// By the group's number; nil for one that took no part.
    package var groups: [Range<Int>?] = []

    package init() {}
}
