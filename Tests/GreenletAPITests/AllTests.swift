// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

/// Everything here uses the process's one registry, so nothing runs beside anything else.
@Suite("Greenlets as apps use them", .serialized)
enum AllTests {}
