// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Patch {
    /// Which patch.
    public enum Name: String, CaseIterable, Sendable {
        /// The event loop.
        case ioloop
        /// The HTTP server.
        case httpserver
        /// Where Swift's tasks run.
        case concurrency
        /// The engine that suspends code in the middle of a call.
        case greenlet
        /// Calls that read, write, connect and accept.
        case socket
        /// Calls that wait for several descriptors.
        case select
        /// Calls that sleep.
        case time
        /// Calls that look up names and addresses.
        case dns
        /// Calls that start processes and wait for them.
        case subprocess
        /// Calls that wait for signals.
        case signal
        /// Calls on files, which are made on worker threads; off unless asked for.
        case file

        /// The group of libc's calls that it is about; null for the others.
        public var family: LibcFamily? {
            LibcFamily.allCases.first { $0.patch == self }
        }

        /// The patch without which this one cannot be applied.
        public var needed: Name? {
            if self == .httpserver { return .ioloop }
            return self.family == nil ? nil : .greenlet
        }

        /// Whether it is left out unless it is asked for by name.
        public var isOptIn: Bool {
            self == .file
        }
    }
}
