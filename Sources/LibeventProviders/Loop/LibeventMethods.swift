// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Synchronization

/// Which of libevent's ways of waiting is used, by every loop of the process.
enum LibeventMethods {
    private struct Choice {
        var method: String?
        var isTaken = false
    }

    private static let choice = Mutex(Choice())

    /// Those that libevent has here, the best first.
    static let available: [String] = {
        let supported = Self.supported
        return ["epoll", "poll", "select"].filter(supported.contains)
    }()

    /// Everything that libevent has here: what is not wanted must be named to it.
    static let supported: [String] = {
        guard var name = event_get_supported_methods() else { return [] }
        var names: [String] = []
        while let text = name.pointee {
            names.append(String(cString: text))
            name += 1
        }
        return names
    }()

    static func select(_ method: String) throws(LibeventLoopError) {
        guard self.available.contains(method) else {
            throw LibeventLoopError(
                description:
                    "libevent cannot wait with '\(method)' here; it has \(self.available.joined(separator: ", "))"
            )
        }
        let isLate = self.choice.withLock { choice in
            if choice.isTaken { return choice.method != method }
            choice.method = method
            return false
        }
        guard isLate else { return }
        throw LibeventLoopError(
            description:
                "libevent's method '\(method)' was selected after a loop was made; select it before the first one"
        )
    }

    /// The choice, which from now on cannot be changed; null leaves it to libevent.
    static func taken() -> String? {
        self.choice.withLock { choice in
            choice.isTaken = true
            return choice.method
        }
    }
}
