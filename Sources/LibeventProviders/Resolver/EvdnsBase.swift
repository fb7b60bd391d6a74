// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Glibc

/// Makes what libevent asks DNS with, for one `event_base`.
enum EvdnsBase {
    /// Null if libevent makes none.
    ///
    /// Its sockets do not keep a loop going. To be freed before the `event_base` is.
    static func make(_ base: OpaquePointer) -> OpaquePointer? {
        guard let dns = evdns_base_new(base, Int32(EVDNS_BASE_DISABLE_WHEN_INACTIVE)) else { return nil }
        let path = getenv("GTORNADO_RESOLV_CONF").map { String(cString: $0) } ?? "/etc/resolv.conf"
        // A file without servers, or none at all, leaves the local one, as libc has it.
        let options = Int32(DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC | DNS_OPTION_HOSTSFILE)
        _ = evdns_base_resolv_conf_parse(dns, options, path)
        return dns
    }
}
