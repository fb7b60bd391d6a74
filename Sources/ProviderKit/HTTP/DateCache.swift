// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado
import Glibc

/// The value of Date, rendered once a second.
package final class DateCache {
    private static let size = 29
    private var second: time_t = -1
    private let text: UnsafeMutablePointer<UInt8>

    package init() {
        self.text = .allocate(capacity: DateCache.size + 1)
    }

    deinit {
        self.text.deallocate()
    }

    /// `Sat, 21 Nov 2026 03:56:49 GMT`; valid until the next call.
    @inline(__always)
    package func value() -> gt_bytes {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        if now.tv_sec != self.second { self.render(now.tv_sec) }
        return gt_bytes(data: self.text, size: DateCache.size)
    }

    private func render(_ second: time_t) {
        self.second = second
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let days: StaticString = "SunMonTueWedThuFriSat"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let shape: StaticString = "___, 00 ___ 0000 00:00:00 GMT"
        memcpy(self.text, shape.utf8Start, DateCache.size)
        memcpy(self.text, days.utf8Start + 3 * Int(parts.tm_wday), 3)
        memcpy(self.text + 8, months.utf8Start + 3 * Int(parts.tm_mon), 3)
        self.write(parts.tm_mday, digits: 2, at: 5)
        self.write(parts.tm_year + 1900, digits: 4, at: 12)
        self.write(parts.tm_hour, digits: 2, at: 17)
        self.write(parts.tm_min, digits: 2, at: 20)
        self.write(parts.tm_sec, digits: 2, at: 23)
    }

    private func write(_ value: Int32, digits: Int, at offset: Int) {
        var rest = value
        for index in stride(from: offset + digits - 1, through: offset, by: -1) {
            self.text[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }
}
