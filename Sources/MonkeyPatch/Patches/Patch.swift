// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// One thing that gtornado can exchange in an app.
public struct Patch: Sendable, Equatable {
    /// Whether it can be applied on this machine.
    public enum State: Sendable, Equatable {
        /// It can be.
        case available
        /// It cannot be, for this reason.
        case unavailable(String)
    }

    /// Which patch it is.
    public let name: Name
    /// What it takes the place of.
    public let replaces: String
    /// What it puts there.
    public let by: String
    /// Whether it can be applied on this machine.
    public let state: State
    /// What is worth knowing here, in a few words.
    public let note: String
    /// What else can be chosen in its place, with what that cannot do.
    public let choices: [Choice]

    /// One of several providers that a patch can put in.
    public struct Choice: Sendable, Equatable {
        /// As the command line names it.
        public let name: String
        /// Whether it is taken where nothing is said.
        public let isDefault: Bool
        /// What it cannot do, a sentence each.
        public let limitations: [String]
    }
}
