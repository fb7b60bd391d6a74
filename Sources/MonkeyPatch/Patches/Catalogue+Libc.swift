// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Catalogue {
    static var greenlet: Patch {
        Patch(
            name: .greenlet,
            replaces: "one stack a thread",
            by: "a stack for each request",
            state: .available,
            note: "handlers that are not async run in greenlets; all below need it",
            choices: []
        )
    }

    /// The patches of libc's calls.
    static var libc: [Patch] {
        Patch.Name.allCases.compactMap { name in
            guard let family = name.family else { return nil }
            return Patch(
                name: name,
                replaces: self.examples(of: family),
                by: self.mechanism(of: family),
                state: .available,
                note: self.note(on: family),
                choices: []
            )
        }
    }

    private static func examples(of family: LibcFamily) -> String {
        switch family {
        case .socket: "recv, send, connect, accept ..."
        case .select: "poll, select, epoll_wait ..."
        case .time: "sleep, usleep, nanosleep ..."
        case .dns: "getaddrinfo, gethostbyname ..."
        case .subprocess: "waitpid, system, popen, fork ..."
        case .signal: "sigwait, pause ..."
        case .file: "open, fsync, stat ..."
        case .locks: "pthread_mutex_lock ..."
        case .loader: "dlopen"
        case .once: "pthread_once, swift_once ..."
        }
    }

    private static func mechanism(of family: LibcFamily) -> String {
        switch family {
        case .socket, .select: "waiting on the loop"
        case .time: "the loop's timeouts"
        case .dns: "the resolver"
        case .subprocess: "the loop's child watch"
        case .signal: "the loop's signals"
        case .file: "worker threads"
        case .locks, .loader, .once: "the same, watched"
        }
    }

    private static func note(on family: LibcFamily) -> String {
        switch family {
        case .socket: "in greenlets only; elsewhere libc's"
        case .file: "opt-in: --patch file adds it to the usual ones"
        default: "in greenlets only"
        }
    }
}
