// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser

/// How servers behave.
struct ServerOptions: ParsableArguments {
    static let gracefulTimeoutVariable = Setting("GRACEFUL_TIMEOUT")

    @Option(
        name: .customLong("graceful-timeout"),
        help: Self.gracefulTimeoutVariable.help(
            "How long requests may take to finish after SIGINT or SIGTERM: 10, 10s, 500ms, 1m.",
            default: "30s",
            valueName: "time"
        )
    )
    var gracefulTimeout: TimeSpan?

    /// The time, by its flag, its variable or the default.
    func grace() throws -> Double {
        try (self.gracefulTimeout ?? Self.gracefulTimeoutVariable.value(as: TimeSpan.self))?.seconds ?? 30
    }
}
