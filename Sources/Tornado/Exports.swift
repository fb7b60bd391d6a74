// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

// One import gives an app the framework, its core, and the seam's types for the plugin entry.
@_exported public import CGTornado
@_exported public import TornadoCore
