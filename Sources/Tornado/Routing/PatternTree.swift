// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A set of bytes.
struct ByteSet: Sendable, Equatable {
    private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.bits == right.bits }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: self.bits.0 & bit != 0
        case 1: self.bits.1 & bit != 0
        case 2: self.bits.2 & bit != 0
        default: self.bits.3 & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: self.bits.0 |= bit
        case 1: self.bits.1 |= bit
        case 2: self.bits.2 |= bit
        default: self.bits.3 |= bit
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { self.insert(byte) }
    }

    mutating func formUnion(_ other: ByteSet) {
        self.bits.0 |= other.bits.0
        self.bits.1 |= other.bits.1
        self.bits.2 |= other.bits.2
        self.bits.3 |= other.bits.3
    }

    var inverted: ByteSet {
        var set = ByteSet()
        set.bits = (~self.bits.0, ~self.bits.1, ~self.bits.2, ~self.bits.3)
        return set
    }

    /// The byte, if there is just one.
    var single: UInt8? {
        let found = (UInt8.min...UInt8.max).filter(self.contains)
        return found.count == 1 ? found[0] : nil
    }
}

/// A pattern, read.
indirect enum PatternTree {
    case set(ByteSet)
    case sequence([PatternTree])
    case choice([PatternTree])
    /// A counting group and its number.
    case group(Int, PatternTree)
    /// `most` nil: without limit.
    case repeated(PatternTree, least: Int, most: Int?, greedy: Bool)

    private var pieces: [PatternTree] {
        if case .sequence(let pieces) = self { return pieces }
        return [self]
    }

    private var byte: UInt8? {
        if case .set(let set) = self { return set.single }
        return nil
    }

    /// The only text that matches, if there is only one.
    var literal: [UInt8]? {
        let bytes = self.pieces.compactMap(\.byte)
        return bytes.count == self.pieces.count ? bytes : nil
    }

    /// The pattern as a walk without choices: each repeated set ends the pattern, or is followed by a byte it does not
    /// contain.
    var segments: [Segment]? {
        var segments: [Segment] = []
        for piece in self.pieces {
            if let byte = piece.byte {
                if case .literal(let bytes)? = segments.last {
                    segments.removeLast()
                    segments.append(.literal(bytes + [byte]))
                } else {
                    segments.append(.literal([byte]))
                }
                continue
            }
            guard case .group(_, .repeated(.set(let set), let least, nil, true)) = piece else { return nil }
            segments.append(.run(set, least: least))
        }
        for (segment, next) in zip(segments, segments.dropFirst()) {
            guard case .run(let set, _) = segment else { continue }
            guard case .literal(let bytes) = next, !set.contains(bytes[0]) else { return nil }
        }
        return segments
    }

    /// The pattern as text and places for groups, if it consists of those.
    var reversal: [PathPattern.Reversal]? {
        var pieces: [PathPattern.Reversal] = []
        var text: [UInt8] = []
        for piece in self.pieces {
            if let byte = piece.byte {
                text.append(byte)
            } else if case .group(_, let inner) = piece, !inner.hasGroups {
                pieces.append(.text(String(decoding: text, as: UTF8.self)))
                pieces.append(.group)
                text = []
            } else {
                // An optional single piece, like a slash at the end, is left out.
                guard case .repeated(let inner, 0, 1, _) = piece, !inner.hasGroups else { return nil }
            }
        }
        return pieces + [.text(String(decoding: text, as: UTF8.self))]
    }

    private var hasGroups: Bool {
        switch self {
        case .set: false
        case .group: true
        case .sequence(let pieces), .choice(let pieces): pieces.contains(where: \.hasGroups)
        case .repeated(let inner, _, _, _): inner.hasGroups
        }
    }
}

/// A step of a pattern that leaves no choice.
enum Segment: Sendable {
    case literal([UInt8])
    /// A group of as many bytes of a set as there are, at least so many.
    case run(ByteSet, least: Int)

    /// One pass over the path.
    static func match(_ segments: [Segment], _ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Bool {
        var index = 0
        match.groups.removeAll(keepingCapacity: true)
        for segment in segments {
            switch segment {
            case .literal(let bytes):
                guard path.count - index >= bytes.count else { return match.fail() }
                for offset in bytes.indices where path[index + offset] != bytes[offset] { return match.fail() }
                index += bytes.count
            case .run(let set, let least):
                let start = index
                while index < path.count, set.contains(path[index]) { index += 1 }
                guard index - start >= least else { return match.fail() }
                match.groups.append(start..<index)
            }
        }
        return index == path.count || match.fail()
    }
}

extension PathMatch {
    fileprivate mutating func fail() -> Bool {
        self.groups.removeAll(keepingCapacity: true)
        return false
    }
}
