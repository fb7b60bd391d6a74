// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Formats a time, in seconds since 1970, as HTTP writes dates: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Fractions are cut off. A time that is not a number, or outside the years 0 to 9999, counts as the nearest end.
public func formatTimestamp(_ time: Double) -> String {
    let bounded = time.isNaN ? 0 : min(max(time, -62_167_219_200), 253_402_300_799)
    var seconds = time_t(bounded.rounded(.down))
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func padded(_ value: Int32, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let date = "\(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(padded(parts.tm_year + 1900, 4))"
    return "\(days[Int(parts.tm_wday)]), \(date) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):"
        + "\(padded(parts.tm_sec)) GMT"
}
