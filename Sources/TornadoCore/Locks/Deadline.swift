// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// What to write behind `timeout:` where it is not a number of seconds.
extension Double {
    /// What is left until a deadline of the loop's clock: several waits can share one.
    ///
    /// ```swift
    /// let deadline = IOLoop.current.time() + 5
    /// let first = try queue.get(timeout: .until(deadline))
    /// let second = try queue.get(timeout: .until(deadline))
    /// ```
    ///
    /// - Parameter deadline: As `IOLoop.time()` counts; infinity is for ever.
    /// - Returns: Seconds from now on; 0 if it is over.
    public static func until(_ deadline: Double) -> Double {
        max(0, deadline - MonotonicClock.now)
    }

    /// A duration as a number of seconds.
    ///
    /// ```swift
    /// try event.wait(timeout: .lasting(.milliseconds(50)))
    /// ```
    public static func lasting(_ duration: Duration) -> Double {
        duration.inSeconds
    }
}
