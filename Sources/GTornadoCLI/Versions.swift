// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import LibeventProviders
import MonkeyPatch

/// The versions of everything that decides how a plugin runs.
enum Versions {
    static let gtornado = GTORNADO_VERSION_STRING
    static let abi = UInt32(GTORNADO_ABI_VERSION)

    static var text: String {
        """
        gtornado \(Self.gtornado)
        plugin ABI \(Self.abi)
        libevent \(LibeventLoop.version) (\(LibeventLoop.availableMethods.joined(separator: ", ")))
        Swift \(Runtime.swiftVersion)
        """
    }
}
