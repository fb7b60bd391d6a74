// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Gateway {
    /// The request's body, `wsgi.input`: read like a file.
    ///
    /// Under gtornado reading suspends the greenlet until enough of the body has arrived, and the client is not asked for
    /// more than is read; by itself the body is whole before the application is called.
    public struct Input {
        private let input: GatewayInput

        init(_ input: GatewayInput) {
            self.input = input
        }

        /// Reads bytes.
        ///
        /// - Parameter size: How many; nil reads to the end of the body.
        /// - Returns: So many bytes; fewer, or none, at the end of the body.
        /// - Throws: `StreamClosedError` if the client goes before that, or has been told that its compressed body is no good.
        public func read(_ size: Int? = nil) throws -> [UInt8] {
            try self.input.take(upTo: size ?? .max)
        }

        /// Reads bytes up to and with a line feed.
        ///
        /// - Parameter limit: The most bytes to read; nil for any number.
        /// - Returns: The line; empty at the end of the body.
        /// - Throws: `StreamClosedError` if the client goes before that, or has been told that its compressed body is no good.
        public func readLine(_ limit: Int? = nil) throws -> [UInt8] {
            try self.input.takeLine(upTo: limit ?? .max)
        }

        /// Reads all lines that are left.
        ///
        /// - Returns: The lines, each with its line feed.
        /// - Throws: `StreamClosedError` if the client goes before that, or has been told that its compressed body is no good.
        public func readLines() throws -> [[UInt8]] {
            var lines: [[UInt8]] = []
            while case let line = try self.readLine(), !line.isEmpty { lines.append(line) }
            return lines
        }
    }
}
