// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// What kind of address a socket has, or a host is to be asked for.
public enum AddressFamily: Hashable, Sendable, CaseIterable {
    /// Any kind: whatever there is.
    case unspecified
    /// IPv4.
    case inet
    /// IPv6.
    case inet6
    /// A path, or an abstract name, on this machine.
    case unix

    /// The system's number.
    public var number: Int32 {
        switch self {
        case .unspecified: AF_UNSPEC
        case .inet: AF_INET
        case .inet6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// The family with a number of the system's; null for one that is not spoken here.
    public init?(number: Int32) {
        guard let family = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = family
    }
}
