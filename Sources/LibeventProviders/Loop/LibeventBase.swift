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

    /// Whether a base can watch a descriptor: 0, or a negative errno value.
    ///
    /// To be asked before an event is made for it.
    ///
    /// The kernel refuses what is not open, to epoll at once, to poll and select in every wait; and select ends the
    /// process at a descriptor that does not fit into the C library's set of 1024.
    static func refusal(of descriptor: Int32, by base: OpaquePointer) -> Int32 {
        // "epoll", "poll" or "select": the first letter tells.
        let method = UInt8(bitPattern: event_base_get_method(base).pointee)
        if method == UInt8(ascii: "e") { return 0 }
        if fcntl(descriptor, F_GETFD) < 0 { return -errno }
        return method == UInt8(ascii: "s") && descriptor >= FD_SETSIZE ? -EMFILE : 0
    }

    /// Where the base waits with select, lowers the process's limit of descriptors to what select can hold.
    ///
    /// For a user of libevent that makes its events itself, and so cannot ask ``refusal(of:by:)``: accepting then fails
    /// with EMFILE, and the process goes on.
    static func keepDescriptorsSmall(for base: OpaquePointer) {
        guard UInt8(bitPattern: event_base_get_method(base).pointee) == UInt8(ascii: "s") else { return }
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_cur, rlim_t(FD_SETSIZE))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// libevent prints warnings for what callers are told by a code.
    ///
    /// What it says before it ends the process stays.
    private static let quiet: Void = event_set_log_callback { severity, text in
        guard severity >= EVENT_LOG_ERR, let text else { return }
        _ = write(STDERR_FILENO, "libevent: ", 10)
        _ = write(STDERR_FILENO, text, strlen(text))
        _ = write(STDERR_FILENO, "\n", 1)
    }
}
