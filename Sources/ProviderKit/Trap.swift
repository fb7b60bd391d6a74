// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Ends the process for a mistake of the app's that leaves nothing else to do, and says what it was.
///
/// Not `preconditionFailure`, whose text is left out of release builds.
@inline(never)
package func trap(_ message: String) -> Never {
    fatalError(message)
}

/// Ends the process unless the condition holds, and says why.
@inline(__always)
package func demand(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { trap(message()) }
}
