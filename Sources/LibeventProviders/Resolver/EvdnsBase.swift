// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Glibc

/// What libevent asks DNS with, for one `event_base`: made at the first question, closed before that is freed.
final class EvdnsBase {
    private let base: OpaquePointer
    /// Owned.
    private var current: OpaquePointer?
    /// The parent's, in the child of a fork; to be silenced.
    private var leftBehind: [OpaquePointer] = []

    init(base: OpaquePointer) {
        self.base = base
    }

    /// For `evdns_getaddrinfo`; null if libevent makes none.
    var pointer: OpaquePointer? {
        if self.current == nil { self.current = self.make() }
        return self.current
    }

    /// In the child of a fork: its sockets are the parent's too, and either would take the other's answers.
    ///
    /// What there is may be at work right now: it is silenced by ``forget()``.
    func renew() {
        if let dns = self.current { self.leftBehind.append(dns) }
        self.current = nil
    }

    /// Silences what was left behind; nothing of libevent's may be on the stack.
    @inline(__always)
    func forget() {
        if !self.leftBehind.isEmpty { self.silenceLeftBehind() }
    }

    func close() {
        self.forget()
        if let dns = self.current { evdns_base_free(dns, 0) }
        self.current = nil
    }

    /// Closes its sockets.
    ///
    /// It is never freed: a question of before the fork that is cancelled, or whose second half is late,
    /// still looks at it.
    private func silenceLeftBehind() {
        for dns in self.leftBehind { evdns_base_clear_nameservers_and_suspend(dns) }
        self.leftBehind = []
    }

    private func make() -> OpaquePointer? {
        // Its sockets do not keep a loop going.
        guard let dns = evdns_base_new(self.base, Int32(EVDNS_BASE_DISABLE_WHEN_INACTIVE)) else { return nil }
        let path = getenv("GTORNADO_RESOLV_CONF").map { String(cString: $0) } ?? "/etc/resolv.conf"
        // A file without servers, or none at all, leaves the local one, as libc has it.
        let options = Int32(DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC | DNS_OPTION_HOSTSFILE)
        _ = evdns_base_resolv_conf_parse(dns, options, path)
        return dns
    }
}
