// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import CGTornado

/// What requests see while every core is busy: `wait`, `queue:N` or `503`.
enum WhenFull: ExpressibleByArgument, Equatable {
    case wait
    case queue(UInt32)
    case refuse

    init?(argument: String) {
        switch argument {
        case "wait": self = .wait
        case "503": self = .refuse
        default:
            let digits = argument.dropFirst("queue:".count)
            guard argument.hasPrefix("queue:"), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let limit = UInt32(digits)
            else { return nil }
            self = .queue(limit)
        }
    }

    /// The header's number.
    var number: UInt32 {
        switch self {
        case .wait: UInt32(GT_FULL_WAIT)
        case .queue: UInt32(GT_FULL_QUEUE)
        case .refuse: UInt32(GT_FULL_REFUSE)
        }
    }

    /// How many may wait, with `queue:N`.
    var queueLimit: UInt32 {
        if case .queue(let limit) = self { limit } else { 0 }
    }
}
