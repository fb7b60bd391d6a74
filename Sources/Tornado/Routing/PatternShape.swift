// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Simpler forms that a pattern may have.
extension PatternTree {
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
