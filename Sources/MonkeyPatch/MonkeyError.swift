// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why something could not be patched, loaded or run: what failed, on what, why, and what to try.
public struct MonkeyError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, which is also the exit status of the process.
    public struct Code: Hashable, Sendable {
        /// The status, from `sysexits.h`.
        public let exitStatus: Int32

        /// The command line makes no sense (64).
        public static let usage = Code(exitStatus: 64)
        /// The file is there, but it is no plugin (65).
        public static let notAPlugin = Code(exitStatus: 65)
        /// The file is not there, or cannot be read (66).
        public static let noInput = Code(exitStatus: 66)
        /// A library or a symbol that the plugin needs is missing (69).
        public static let missingDependency = Code(exitStatus: 69)
        /// The app's own code failed (70).
        public static let appFailed = Code(exitStatus: 70)
        /// The operating system refused (71).
        public static let system = Code(exitStatus: 71)
        /// An address cannot be bound (73).
        public static let cannotBind = Code(exitStatus: 73)
        /// The plugin was made for another version (78).
        public static let mismatch = Code(exitStatus: 78)
    }

    /// The kind of failure.
    public let code: Code
    /// What failed, and on what: "cannot load ./libapp.so".
    public let message: String
    /// Why, in one sentence or in the system's own words.
    public let reason: String
    /// What to try, a line each.
    public let remedies: [String]

    /// An error with what failed, why, and what to try.
    public init(_ code: Code, _ message: String, because reason: String, try remedies: String...) {
        self.init(code, message, because: reason, remedies: remedies)
    }

    /// An error with what failed, why, and any number of things to try.
    public init(_ code: Code, _ message: String, because reason: String, remedies: [String]) {
        self.code = code
        self.message = message
        self.reason = reason
        self.remedies = remedies
    }

    /// All of it, a line each: the message, `why:` and `try:`.
    public var description: String {
        let why = "  why: " + self.reason
        return ([self.message, why] + self.remedies.map { "  try: " + $0 }).joined(separator: "\n")
    }
}
