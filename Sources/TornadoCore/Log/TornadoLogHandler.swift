// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging

/// Writes log events to standard error: in Tornado's format for people, or as JSON for programs.
struct TornadoLogHandler: LogHandler {
    private let label: String
    var logLevel: Logger.Level = LogSettings.values.level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var metadata = self.metadata
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { _, new in new } }
        if let added = event.metadata { metadata.merge(added) { _, new in new } }
        if let error = event.error { metadata["error"] = "\(error)" }
        let line =
            LogSettings.values.isJSON
            ? JSONLogLine.text(event, label: self.label, metadata: metadata)
            : ConsoleLogLine.text(event, metadata: metadata, isColoured: LogSettings.isColoured)
        StandardError.write(line)
    }
}
