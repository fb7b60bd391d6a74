// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Where this project deliberately differs from another's tests: ids without their prefix, each with the reason.
///
/// In `differences.json` beside the cases, as the live driver reads them too.
struct Differences: Decodable, Sendable {
    /// Valid there, refused here.
    let stricter: [String: String]
    /// Invalid there, legal and taken here.
    let taken: [String: String]
    /// The bytes stop early: nothing is executed, and nothing is wrong yet.
    let cutShort: [String: String]
    /// Invalid there by the limits alone.
    let bySize: [String: String]?
    /// The other parser was told something about the body that has no like here.
    let otherBody: [String: String]?

    static func load(_ suite: String) -> Self {
        Fixture.load(suite, "differences.json")
    }
}
