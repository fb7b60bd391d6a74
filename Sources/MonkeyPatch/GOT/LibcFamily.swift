// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CMonkeyPatch

/// A group of libc's calls that is patched as one.
public enum LibcFamily: Int32, CaseIterable, Sendable {
    /// `read`, `write`, `connect`, `accept`, `close` and the like.
    case socket = 0
    /// `poll`, `select` and `epoll_wait`.
    case select = 1
    /// `sleep` and the like.
    case time = 2
    /// `getaddrinfo` and the like.
    case dns = 3
    /// `waitpid`, `system`, `popen`, `fork` and the like.
    case subprocess = 4
    /// `sigwait`, `pause` and the like.
    case signal = 5
    /// Calls on files, made on worker threads.
    case file = 6
    /// `pthread_mutex_lock` and the like: watched, not changed.
    case locks = 7
    /// `dlopen`: patched with any other, so that libraries loaded later are patched too.
    case loader = 8
    /// `pthread_once`, `swift_once` and the like: patched with any other, so that a greenlet which is suspended in a
    /// lazy global's initialiser does not stop its thread for good.
    case once = 9

    /// The family's name, which is that of its patch where it has one.
    public var name: String {
        "\(self)"
    }

    /// The patch that people select it by; null where none is.
    public var patch: Patch.Name? {
        Patch.Name(rawValue: self.name)
    }

    /// The family of one of libc's calls by name; null if it is never patched.
    static func family(of call: String) -> LibcFamily? {
        gt_libc_find(call).flatMap { LibcFamily(rawValue: $0.pointee.family) }
    }
}
