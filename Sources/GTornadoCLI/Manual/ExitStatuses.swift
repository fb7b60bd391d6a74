// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import MonkeyPatch

/// The documented exit statuses.
enum ExitStatuses {
    /// Every status but 0, with what it means.
    static let all: [(status: Int32, meaning: String)] = [
        (MonkeyError.Code.usage.exitStatus, "The command line or a variable makes no sense."),
        (MonkeyError.Code.notAPlugin.exitStatus, "The file is there, but it is no plugin, or one for another CPU."),
        (
            MonkeyError.Code.noInput.exitStatus,
            "The plugin or another file that was named is not there, or cannot be used."
        ),
        (
            MonkeyError.Code.missingDependency.exitStatus,
            "A library or a symbol that the plugin needs is missing, or one for TLS."
        ),
        (MonkeyError.Code.appFailed.exitStatus, "The app's main failed."),
        (MonkeyError.Code.system.exitStatus, "The operating system refused something."),
        (MonkeyError.Code.cannotBind.exitStatus, "An address cannot be listened on."),
        (MonkeyError.Code.mismatch.exitStatus, "The plugin was made for another ABI version or by another compiler."),
    ]

    static func mdoc(_ statuses: [Int32]) -> [String] {
        let items = self.all.filter { statuses.contains($0.status) }.flatMap {
            [".It \($0.status)", Mdoc.text($0.meaning)]
        }
        return [".Bl -tag -width Ds", ".It 0", "It went well."] + items + [".El"]
    }
}
