// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TornadoCore

/// A pattern that a whole path, or host name, has to match: a regular expression as Tornado's routes have them.
///
/// Letters stand for themselves; `.`, `[a-z]`, `[^/]`, `\d`, `\w`, `\s` and their opposites for one character; `*`, `+`,
/// `?`, `{2,3}` repeat, `|` chooses, `(…)` groups, `(?P<name>…)` names a group, `(?:…)` does not count as one. `^` at
/// the start and `$` at the end change nothing. What needs backtracking (`\1`, `(?=…)`) is refused, so matching takes
/// time linear in the path's length, whatever the pattern.
public struct PathPattern: Sendable {
    /// The pattern, as given.
    public let text: String
    private let form: Form
    let groupNames: [String?]
    private let reversal: [Reversal]?

    private enum Form {
        /// Exactly these bytes.
        case literal([UInt8])
        /// Literals and groups of one character set each, which no choice is left in.
        case segments([Segment])
        case program(PatternProgram)
    }

    /// A piece of a path made from a pattern.
    enum Reversal: Sendable {
        case text(String)
        case group
    }

    /// Reads a pattern.
    ///
    /// - Throws: `PatternError` if it is no regular expression, or one that this matcher does not do.
    public init(_ text: String) throws {
        self.text = text
        var parser = PatternParser(text)
        let tree = try parser.parse()
        self.groupNames = parser.groupNames
        self.reversal = tree.reversal
        if let literal = tree.literal {
            self.form = .literal(literal)
        } else if let segments = tree.segments {
            self.form = .segments(segments)
        } else {
            self.form = .program(try PatternProgram(tree, groups: parser.groupNames.count))
        }
    }

    /// The same for patterns in source code, where an error is the app's mistake.
    static func orTrap(_ text: String, _ call: StaticString) -> PathPattern {
        do {
            return try PathPattern(text)
        } catch {
            fatalError("\(call): the pattern \"\(text)\" can't be used. \(error)")
        }
    }

    var literal: [UInt8]? {
        if case .literal(let bytes) = self.form { return bytes }
        return nil
    }

    @inline(__always)
    func match(_ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Bool {
        switch self.form {
        case .literal(let bytes):
            guard bytes.count == path.count else { return false }
            guard let base = path.baseAddress else { return true }
            return bytes.withUnsafeBytes { $0.baseAddress.map { memcmp($0, base, path.count) == 0 } ?? true }
        case .segments(let segments): return Segment.match(segments, path, &match)
        case .program(let program): return program.match(path, &match)
        }
    }

    func matches(_ text: String) -> Bool {
        var match = PathMatch()
        var text = text
        return text.withUTF8 { self.match($0, &match) }
    }

    /// What each group matched, as it stands in the path; nil if the path does not match.
    public func groups(of path: String) -> [String?]? {
        var match = PathMatch()
        var path = path
        return path.withUTF8 { bytes in
            guard self.match(bytes, &match) else { return nil }
            return match.groups.map { range in range.map { String(decoding: bytes[$0], as: UTF8.self) } }
        }
    }

    /// Gives a handler what the groups matched; false if that is not UTF-8.
    func assign(_ match: PathMatch, of path: UnsafeBufferPointer<UInt8>, to handler: RequestHandler) -> Bool {
        var arguments: [String] = []
        var names: [String: String] = [:]
        arguments.reserveCapacity(match.groups.count)
        for (index, range) in match.groups.enumerated() {
            var value = ""
            if let range {
                let bytes = PercentCoding.decode(UnsafeBufferPointer(rebasing: path[range]), plus: false)
                guard let text = String(validating: bytes, as: UTF8.self) else { return false }
                value = text
            }
            arguments.append(value)
            if let name = self.groupNames[index], range != nil { names[name] = value }
        }
        handler.pathArguments = arguments
        if !names.isEmpty { handler.pathNames = names }
        return true
    }

    /// The path that the pattern makes with its groups filled in.
    func reverse(_ arguments: [String]) throws -> String {
        guard let reversal else {
            throw RoutingError(message: "The pattern \"\(self.text)\" is too complex to make a path from.")
        }
        guard arguments.count == self.groupNames.count else {
            let counts = "\(self.groupNames.count) groups, but \(arguments.count) arguments were given"
            throw RoutingError(message: "The pattern \"\(self.text)\" has \(counts).")
        }
        var next = arguments.makeIterator()
        return reversal.map { piece in
            switch piece {
            case .text(let text): text
            case .group: PercentCoding.encode(next.next() ?? "", safe: "_.-~/")
            }
        }.joined()
    }
}
