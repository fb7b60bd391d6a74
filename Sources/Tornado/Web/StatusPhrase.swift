// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec

/// Standard reason phrases.
enum StatusPhrase {
    static func of(_ status: Int) -> String { "\(StatusLine.phrase(of: status))" }
}
