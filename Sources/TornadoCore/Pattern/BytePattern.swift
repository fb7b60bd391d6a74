// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A regular expression over bytes, for streams to read up to where it has matched.
///
/// ```swift
/// let blankLine = try BytePattern(#"\r?\n\r?\n"#)
/// let head = try stream.readUntilRegex(blankLine)
/// ```
///
/// It is made once, and used as often as one likes. Letters stand for themselves; `.`, `[a-z]`, `[^/]`, `\d`, `\w`, `\s` and
/// their opposites for one byte, `\n`, `\r`, `\t` and `\x00` for theirs; `*`, `+`, `?`, `{2,3}` repeat, `|` chooses, `(…)` groups. `^` at the start stands for the
/// first byte that the read can see. What needs backtracking (`\1`, `(?=…)`) is refused, and so is `$`, since nobody knows a
/// stream's end before it has come. A read ends with the first byte at which the pattern has matched, however the bytes came:
/// `a+` is one `a`. It looks at each byte once.
public struct BytePattern: Sendable, CustomStringConvertible {
    /// The pattern, as given.
    public let description: String
    let automaton: ByteAutomaton

    /// Reads a pattern.
    ///
    /// - Throws: ``PatternError`` if it is no regular expression, one that this matcher does not do, or one that matches
    ///   nothing, where no byte need come.
    public init(_ text: String) throws {
        var parser = PatternParser(text)
        let tree = try parser.parse()
        if parser.isAnchoredAtEnd {
            throw PatternError(message: "$ can't be used in a stream's pattern, which has to match before the end.")
        }
        let program = try PatternProgram(tree, groups: parser.groupNames.count)
        self.description = text
        self.automaton = try ByteAutomaton(program, isAnchored: parser.isAnchored)
    }
}
