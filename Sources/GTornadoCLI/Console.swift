// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import MonkeyPatch

/// What the process says to people: answers on standard output, everything else on standard error.
enum Console {
    /// Prints an answer, as it is.
    static func answer(_ text: String) {
        Self.write(text, to: STDOUT_FILENO)
    }

    /// Prints a line beside the answer.
    static func note(_ line: String) {
        Self.write(line + "\n", to: STDERR_FILENO)
    }

    /// Prints an error with its reason and what to try.
    static func report(_ error: MonkeyError) {
        Self.note("gtornado: error: \(error)")
    }

    /// One write for each text where the system takes it whole, so that lines of several threads stay whole.
    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
