// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization

/// The time of day as log lines have it.
enum LogTime {
    /// A second's text, kept for the other lines of that second.
    private struct Second {
        var time: time_t = -1
        var text = InlineArray<32, UInt8>(repeating: 0)
        var count = 0
    }

    private static let local = Mutex(Second())
    private static let utc = Mutex(Second())

    /// Local time: "260121 03:56:49".
    static func console() -> String {
        self.text { self.appendConsole(to: &$0) }
    }

    /// UTC to the millisecond: "2026-01-21T03:56:49.123Z".
    static func json() -> String {
        self.text { self.appendJSON(to: &$0) }
    }

    /// The same as ``console()``, in at most 32 bytes.
    static func appendConsole(to out: inout ByteCursor) {
        let now = time(nil)
        self.local.withLock { second in
            if second.time != now {
                self.render(now, "%y%m%d %H:%M:%S", &second, localtime_r)
            }
            self.append(second, to: &out)
        }
    }

    /// The same as ``json()``, in at most 37 bytes.
    static func appendJSON(to out: inout ByteCursor) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        self.utc.withLock { second in
            if second.time != now.tv_sec {
                self.render(now.tv_sec, "%Y-%m-%dT%H:%M:%S", &second, gmtime_r)
            }
            self.append(second, to: &out)
        }
        let milliseconds = now.tv_nsec / 1_000_000
        out.append(byte: UInt8(ascii: "."))
        out.append(byte: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: milliseconds / 100))
        out.append(byte: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: milliseconds / 10 % 10))
        out.append(byte: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: milliseconds % 10))
        out.append(byte: UInt8(ascii: "Z"))
    }

    private static func render(
        _ time: time_t,
        _ format: StaticString,
        _ second: inout Second,
        _ split: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
    ) {
        var time = time
        var parts = tm()
        _ = split(&time, &parts)
        second.time = time
        second.count = withUnsafeMutableBytes(of: &second.text) { text in
            format.withUTF8Buffer { format in
                format.withMemoryRebound(to: CChar.self) { format in
                    guard let start = text.baseAddress, let format = format.baseAddress else { return 0 }
                    return strftime(start.assumingMemoryBound(to: CChar.self), text.count, format, &parts)
                }
            }
        }
    }

    private static func append(_ second: borrowing Second, to out: inout ByteCursor) {
        for index in 0..<second.count { out.append(byte: second.text[index]) }
    }

    private static func text(_ append: (inout ByteCursor) -> Void) -> String {
        String(unsafeUninitializedCapacity: 40) { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            var out = ByteCursor(start)
            append(&out)
            return out.next - start
        }
    }
}
