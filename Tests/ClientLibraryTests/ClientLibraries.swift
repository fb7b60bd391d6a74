// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

/// The examples that wait in client libraries, each against its real server.
///
/// One after another, so that no more than one of the servers runs at a time.
@Suite("A plugin that waits in a client library", .serialized)
enum ClientLibraries {}
