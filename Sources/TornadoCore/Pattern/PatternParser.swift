// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Reads patterns by recursive descent.
package struct PatternParser {
    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0
    /// A name, or none, for each group.
    package private(set) var groupNames: [String?] = []
    /// Whether it began with ^, and ended with $.
    private(set) var isAnchored = false
    private(set) var isAnchoredAtEnd = false

    package static let maxDepth = 50
    package static let maxRepeat = 1000

    package init(_ text: String) {
        self.bytes = Array(text.utf8)
    }

    package mutating func parse() throws -> PatternTree {
        if self.peek == UInt8(ascii: "^") {
            self.isAnchored = true
            self.at += 1
        }
        let tree = try self.choice()
        guard self.at == self.bytes.count else { throw self.error("A closing parenthesis without its opening one") }
        return tree
    }

    private var peek: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private func error(_ what: String) -> PatternError {
        PatternError(message: "\(what), at character \(self.at + 1).")
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.at += 1
        return true
    }

    private mutating func choice() throws -> PatternTree {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= PatternParser.maxDepth else { throw self.error("Groups are nested too deeply") }
        var options = [try self.sequence()]
        while self.take(UInt8(ascii: "|")) { options.append(try self.sequence()) }
        return options.count == 1 ? options[0] : .choice(options)
    }

    private mutating func sequence() throws -> PatternTree {
        var pieces: [PatternTree] = []
        while let byte = self.peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            if byte == UInt8(ascii: "$"), self.at == self.bytes.count - 1 {
                self.at += 1
                self.isAnchoredAtEnd = true
                break
            }
            pieces.append(try self.repeated(try self.atom(byte)))
        }
        return pieces.count == 1 ? pieces[0] : .sequence(pieces)
    }

    private mutating func atom(_ byte: UInt8) throws -> PatternTree {
        switch byte {
        case UInt8(ascii: "("): return try self.group()
        case UInt8(ascii: "["): return .set(try self.bracketed())
        case UInt8(ascii: "\\"): return .set(try self.escaped())
        case UInt8(ascii: "^"), UInt8(ascii: "$"): throw self.error("^ and $ stand only at the ends")
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw self.error("Nothing to repeat")
        default:
            self.at += 1
            var set = ByteSet()
            set.insert(byte)
            if byte != UInt8(ascii: ".") { return .set(set) }
            var newline = ByteSet()
            newline.insert(0x0A)
            return .set(newline.inverted)
        }
    }

    private mutating func group() throws -> PatternTree {
        self.at += 1
        var number: Int?
        if self.take(UInt8(ascii: "?")) {
            if !self.take(UInt8(ascii: ":")) {
                _ = self.take(UInt8(ascii: "P"))
                guard self.take(UInt8(ascii: "<")) else {
                    throw self.error("Of the groups that begin with (? only (?: and (?P< can be used")
                }
                number = try self.named()
            }
        } else {
            number = self.groupNames.count
            self.groupNames.append(nil)
        }
        let inner = try self.choice()
        guard self.take(UInt8(ascii: ")")) else { throw self.error("A group without its closing parenthesis") }
        return number.map { .group($0, inner) } ?? inner
    }

    private mutating func named() throws -> Int {
        let start = self.at
        while let byte = self.peek, byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") { self.at += 1 }
        let name = String(decoding: self.bytes[start..<self.at], as: UTF8.self)
        guard !name.isEmpty, self.take(UInt8(ascii: ">")) else { throw self.error("A group's name is malformed") }
        guard !self.groupNames.contains(name) else { throw self.error("Two groups are named \(name)") }
        self.groupNames.append(name)
        return self.groupNames.count - 1
    }

    private mutating func repeated(_ tree: PatternTree) throws -> PatternTree {
        var tree = tree
        var times = 0
        while let (least, most) = try self.quantifier() {
            times += 1
            guard times == 1 else { throw self.error("A repetition of a repetition") }
            let isLazy = self.take(UInt8(ascii: "?"))
            tree = .repeated(tree, least: least, most: most, greedy: !isLazy)
        }
        return tree
    }

    private mutating func quantifier() throws -> (Int, Int?)? {
        switch self.peek {
        case UInt8(ascii: "*"):
            self.at += 1
            return (0, nil)
        case UInt8(ascii: "+"):
            self.at += 1
            return (1, nil)
        case UInt8(ascii: "?"):
            self.at += 1
            return (0, 1)
        case UInt8(ascii: "{"): return try self.counted()
        default: return nil
        }
    }

    private mutating func counted() throws -> (Int, Int?)? {
        self.at += 1
        let least = self.number()
        var most = least
        if self.take(UInt8(ascii: ",")) { most = self.number() }
        guard self.take(UInt8(ascii: "}")), let least = least ?? (most == nil ? nil : 0),
            least <= PatternParser.maxRepeat, most ?? least <= PatternParser.maxRepeat, most ?? least >= least
        else { throw self.error("A repetition is malformed: {2}, {2,} or {2,3}, up to \(PatternParser.maxRepeat)") }
        return (least, most)
    }

    private mutating func number() -> Int? {
        let start = self.at
        while let byte = self.peek, (0x30...0x39).contains(byte) { self.at += 1 }
        return Int(String(decoding: self.bytes[start..<self.at], as: UTF8.self))
    }

    private mutating func escaped() throws -> ByteSet {
        self.at += 1
        guard let byte = self.peek else { throw self.error("A backslash at the end") }
        self.at += 1
        var set = ByteSet()
        switch byte | 0x20 {
        case UInt8(ascii: "d") where byte.isASCIIAlphanumeric: set.insert(0x30...0x39)
        case UInt8(ascii: "w") where byte.isASCIIAlphanumeric:
            for ranges: ClosedRange<UInt8> in [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A] {
                set.insert(ranges)
            }
        case UInt8(ascii: "s") where byte.isASCIIAlphanumeric:
            set.insert(0x09...0x0D)
            set.insert(0x20)
        default:
            if let control = try self.control(byte) {
                set.insert(control)
                return set
            }
            guard !byte.isASCIIAlphanumeric else {
                throw self.error("\\\(Character(Unicode.Scalar(byte))) can't be used in a pattern")
            }
            set.insert(byte)
            return set
        }
        return byte & 0x20 == 0 ? set.inverted : set
    }

    /// The byte that a letter behind a backslash stands for, if it stands for one.
    private mutating func control(_ byte: UInt8) throws -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "x"):
            let digits = String(decoding: self.bytes[self.at...].prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.utf8.allSatisfy(\.isASCIIAlphanumeric),
                let value = UInt8(digits, radix: 16)
            else { throw self.error("\\x needs two hexadecimal digits") }
            self.at += 2
            return value
        default: return nil
        }
    }

    private mutating func bracketed() throws -> ByteSet {
        self.at += 1
        let isInverted = self.take(UInt8(ascii: "^"))
        var set = ByteSet()
        var isFirst = true
        while let byte = self.peek, isFirst || byte != UInt8(ascii: "]") {
            isFirst = false
            let low = try self.member(byte)
            guard let first = low.single, self.peek == UInt8(ascii: "-"), self.at + 1 < self.bytes.count,
                self.bytes[self.at + 1] != UInt8(ascii: "]")
            else {
                set.formUnion(low)
                continue
            }
            self.at += 1
            guard let last = try self.member(self.bytes[self.at]).single, last >= first else {
                throw self.error("A range in brackets is malformed")
            }
            set.insert(first...last)
        }
        guard self.take(UInt8(ascii: "]")) else { throw self.error("Brackets without their closing one") }
        return isInverted ? set.inverted : set
    }

    private mutating func member(_ byte: UInt8) throws -> ByteSet {
        if byte == UInt8(ascii: "\\") { return try self.escaped() }
        self.at += 1
        var set = ByteSet()
        set.insert(byte)
        return set
    }
}
