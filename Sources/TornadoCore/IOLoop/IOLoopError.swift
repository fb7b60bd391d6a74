// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Why the loop refused what it was asked.
public struct IOLoopError: Error, CustomStringConvertible, Equatable {
    /// What kind of failure this is.
    ///
    /// More may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case system
            case alreadyRunning
            case closed
            case busy
            case timeout
            case stopped
        }

        private let kind: Kind

        /// The system, or the loop's provider, said no: see ``IOLoopError/errno``.
        public static let system = Code(kind: .system)
        /// The loop runs already.
        public static let alreadyRunning = Code(kind: .alreadyRunning)
        /// The loop was closed.
        public static let closed = Code(kind: .closed)
        /// The loop is in use and cannot be closed.
        public static let busy = Code(kind: .busy)
        /// The time given to `runSync` is over.
        public static let timeout = Code(kind: .timeout)
        /// The loop was stopped before `runSync` had its result.
        public static let stopped = Code(kind: .stopped)
    }

    /// The kind of failure.
    public let code: Code
    /// The system's number for it; 0 where the system was not asked.
    public let errno: Int32
    /// What failed, on what, why, and what to try.
    public let description: String

    init(_ code: Code, _ description: String, errno: Int32 = 0) {
        self.code = code
        self.errno = errno
        self.description = description
    }

    /// A failure of a table's function, which returned `-errno`.
    static func system(_ result: Int32, _ what: String, try remedy: String? = nil) -> IOLoopError {
        let number = result == .min ? EINVAL : -result
        let reason = String(cString: strerror(number))
        let advice = remedy.map { "; \($0)" } ?? ""
        return IOLoopError(.system, "\(what): \(reason)\(advice)", errno: number)
    }
}
