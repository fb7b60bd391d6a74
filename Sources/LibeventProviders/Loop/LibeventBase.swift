// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Glibc

/// Makes event bases that suit a loop of one thread.
enum LibeventBase {
    /// A base that waits with `method`, or with the best there is; null if libevent makes none.
    static func make(method: String?) -> OpaquePointer? {
        _ = self.quiet
        guard let config = event_config_new() else { return nil }
        defer { event_config_free(config) }
        // The environment (EVENT_NOEPOLL and its like) must not overrule what was selected.
        let flags = EVENT_BASE_FLAG_NOLOCK.rawValue | EVENT_BASE_FLAG_IGNORE_ENV.rawValue
        event_config_set_flag(config, Int32(bitPattern: flags))
        if let method {
            for other in LibeventMethods.supported where other != method { event_config_avoid_method(config, other) }
        }
        return event_base_new_with_config(config)
    }

    /// libevent prints warnings for what callers are told by a code. What it says before it ends the process stays.
    private static let quiet: Void = event_set_log_callback { severity, text in
        guard severity >= EVENT_LOG_ERR, let text else { return }
        _ = write(STDERR_FILENO, "libevent: ", 10)
        _ = write(STDERR_FILENO, text, strlen(text))
        _ = write(STDERR_FILENO, "\n", 1)
    }
}
