// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Why a greenlet could not wait, or did not get what it waited for.
public struct GreenletError: Error, CustomStringConvertible, Equatable {
    /// What kind of failure this is.
    ///
    /// More may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case noEngine
            case notInGreenlet
            case insideTask
            case wouldBlockForever
            case ended
            case notSwitchable
            case notSpawnedHere
            case empty
            case full
            case shutDown
            case system
        }

        private let kind: Kind

        /// Nothing provides greenlets: the app runs without gtornado.
        public static let noEngine = Code(kind: .noEngine)
        /// A callback of the loop, or another thread, tried to wait.
        public static let notInGreenlet = Code(kind: .notInGreenlet)
        /// One of Swift's tasks tried to wait as greenlets do.
        public static let insideTask = Code(kind: .insideTask)
        /// Nothing is left that could end the wait.
        public static let wouldBlockForever = Code(kind: .wouldBlockForever)
        /// The greenlet has ended.
        public static let ended = Code(kind: .ended)
        /// The greenlet waits for something else than a switch.
        public static let notSwitchable = Code(kind: .notSwitchable)
        /// The greenlet was made by the runner, which alone knows of its end.
        public static let notSpawnedHere = Code(kind: .notSpawnedHere)
        /// There was nothing to get.
        public static let empty = Code(kind: .empty)
        /// There was no room to put anything.
        public static let full = Code(kind: .full)
        /// The queue was shut down.
        public static let shutDown = Code(kind: .shutDown)
        /// The system, or the provider of greenlets, said no: see ``GreenletError/errno``.
        public static let system = Code(kind: .system)
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
    static func system(_ result: Int32, _ what: String) -> GreenletError {
        let number = result == .min ? EINVAL : abs(result)
        return GreenletError(.system, "\(what): \(String(cString: strerror(number)))", errno: number)
    }
}

/// What is thrown in a greenlet that is killed, and what ``GreenletOf/get(block:timeout:)`` throws of it afterwards.
///
/// It is not logged. Catch it to tidy up, and throw it on:
///
/// ```swift
/// do { try Greenlet.sleep(60) } catch is GreenletExit { print("killed"); throw GreenletExit() }
/// ```
public struct GreenletExit: Error, CustomStringConvertible, Equatable {
    /// Says that a greenlet was killed.
    public let description = "the greenlet was killed"

    /// The ordinary reason to end.
    public init() {}
}
