// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CCurl
import Tornado

/// What came instead of an answer; answered with 502.
struct TransferError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 502 }
    var logMessage: String? { self.description }
}

/// A GET by libcurl's easy interface: it returns when everything is there.
struct Transfer {
    let status: Int
    let body: [UInt8]

    /// Fetches a URL.
    ///
    /// `authorities` is a file with those who may sign certificates; nil for the system's.
    init(_ url: String, authorities: String?) throws {
        guard let curl = curl_easy_init() else { throw TransferError(description: "out of memory") }
        defer { curl_easy_cleanup(curl) }
        let received = Received()
        curl_easy_set_text(curl, CURLOPT_URL, url)
        // libcurl must not use signals for its timeouts: there is more than one thread.
        curl_easy_set_number(curl, CURLOPT_NOSIGNAL, 1)
        curl_easy_set_number(curl, CURLOPT_CONNECTTIMEOUT, 10)
        if let authorities { curl_easy_set_text(curl, CURLOPT_CAINFO, authorities) }
        curl_easy_set_output(curl, Received.append, Unmanaged.passUnretained(received).toOpaque())
        let code = withExtendedLifetime(received) { curl_easy_perform(curl) }
        guard code == CURLE_OK else {
            throw TransferError(description: "\(url): \(String(cString: curl_easy_strerror(code)))")
        }
        self.status = curl_easy_status(curl)
        self.body = received.bytes
    }
}

/// What has come so far.
private final class Received {
    var bytes: [UInt8] = []

    static let append: curl_write_callback = { data, size, count, context in
        guard let data, let context else { return 0 }
        let received = Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
        received.bytes += UnsafeRawBufferPointer(start: data, count: size * count)
        return size * count
    }
}
