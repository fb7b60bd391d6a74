// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging

/// One JSON object a line: `{"time":…,"level":…,"logger":…,"message":…,"file":…,"line":…,"metadata":{…}}`.
enum JSONLogLine {
    static func text(_ event: LogEvent, label: String, metadata: Logger.Metadata) -> String {
        var text = "{\"time\":\"\(LogTime.json())\",\"level\":\"\(event.level.rawValue)\",\"logger\":"
        Self.append(label, to: &text)
        text += ",\"message\":"
        Self.append(event.message.description, to: &text)
        text += ",\"file\":"
        Self.append(String(ConsoleLogLine.module(event.file)), to: &text)
        text += ",\"line\":\(event.line)"
        if !metadata.isEmpty {
            text += ",\"metadata\":"
            Self.append(metadata, to: &text)
        }
        return text + "}\n"
    }

    private static func append(_ metadata: Logger.Metadata, to text: inout String) {
        text += "{"
        for (index, (key, value)) in metadata.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { text += "," }
            Self.append(key, to: &text)
            text += ":"
            Self.append(value, to: &text)
        }
        text += "}"
    }

    private static func append(_ value: Logger.MetadataValue, to text: inout String) {
        switch value {
        case .string(let string): Self.append(string, to: &text)
        case .stringConvertible(let value): Self.append(value.description, to: &text)
        case .dictionary(let metadata): Self.append(metadata, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                Self.append(value, to: &text)
            }
            text += "]"
        }
    }

    private static func append(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
