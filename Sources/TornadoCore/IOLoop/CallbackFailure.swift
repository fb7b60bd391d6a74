// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging

/// What happens to an error that nobody else takes.
enum CallbackFailure {
    static func log(_ error: any Error, in place: StaticString) {
        Log.application.error("Exception in \(place): \(String(reflecting: error))")
    }
}
