// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// The codec's rules for the head of an answer that another serialiser writes.
public enum ResponseCheck {
    /// What to do with a field that an app gave.
    public enum Verdict {
        /// Send it as it is.
        case send
        /// Leave it out: framing is the server's business.
        case drop
        /// Leave it out, and close the connection after the answer.
        case dropAndClose
        /// Refuse the whole head.
        case refuse
    }

    /// Judges a field by its name and value.
    public static func verdict(on field: gt_header) -> Verdict {
        switch ResponseField.kind(of: field.name) {
        case .framing: .drop
        case .connection where !self.isReadable(field.value): .refuse
        case .connection: ResponseField.asksToClose(field.value) ? .dropAndClose : .drop
        case .malformed: .refuse
        case .other: ResponseField.isValue(field.value) ? .send : .refuse
        }
    }

    /// Judges a field, and appends it, if it is to be sent, as a line behind what `lines` holds: `CRLF name: value`.
    public static func append(_ field: gt_header, toLines lines: OutputBuffer) -> Verdict {
        let verdict = self.verdict(on: field)
        if verdict == .send {
            lines.append("\r\n")
            lines.append(field.name)
            lines.append(": ")
            lines.append(field.value)
        }
        return verdict
    }

    /// Whether there are bytes where a view says so.
    @inline(__always)
    public static func isReadable(_ view: gt_bytes) -> Bool {
        view.data != nil || view.size == 0
    }

    /// Whether a reason phrase holds no control byte but tab.
    public static func isSound(reason: gt_bytes) -> Bool {
        ResponseField.isValue(reason)
    }
}
