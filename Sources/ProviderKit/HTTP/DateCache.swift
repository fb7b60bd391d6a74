// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado
import Glibc

/// The field Date, rendered once a second.
package final class DateCache {
    private static let name: StaticString = "Date: "
    private static let size = 29
    private var second: time_t = -1
    /// The whole line.
    private let bytes: UnsafeMutablePointer<UInt8>
    /// The value in it.
    private let text: UnsafeMutablePointer<UInt8>
    private let count: Int

    package init() {
        let before = DateCache.name.utf8CodeUnitCount
        self.count = before + DateCache.size + 2
        self.bytes = .allocate(capacity: self.count)
        self.text = self.bytes + before
        memcpy(self.bytes, DateCache.name.utf8Start, before)
        self.text[DateCache.size] = 0x0D
        self.text[DateCache.size + 1] = 0x0A
        self.refresh()
    }

    deinit {
        self.bytes.deallocate()
    }

    /// `Sat, 21 Nov 2026 03:56:49 GMT`; valid until the next call.
    @inline(__always)
    package func value() -> gt_bytes {
        self.refresh()
        return gt_bytes(data: self.text, size: DateCache.size)
    }

    /// `Date: Sat, 21 Nov 2026 03:56:49 GMT` and the end of the line, as of the last `refresh()`.
    @inline(__always)
    var line: gt_bytes { gt_bytes(data: self.bytes, size: self.count) }

    @inline(__always)
    func refresh() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        if now.tv_sec != self.second { self.render(now.tv_sec) }
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
