// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import LibeventProviders

/// The system's OpenSSL, which is loaded by whoever asks first.
public enum TLSLibrary {
    /// Why there is none, in its loader's words.
    public struct Missing: Error {
        /// One sentence without a full stop.
        public let reason: String
    }

    /// Its name and version: "OpenSSL 3.0.17".
    public static var version: Result<String, Missing> {
        var text = [CChar](repeating: 0, count: 512)
        let version = text.withUnsafeMutableBufferPointer { gt_tls_version($0.baseAddress, $0.count) }
        guard let version else { return .failure(Missing(reason: TLSCheck.string(text))) }
        // The day that it was made on comes behind.
        return .success(String(cString: version).split(separator: " ").prefix(2).joined(separator: " "))
    }
}

extension HTTPServerChoice {
    /// Why the server cannot speak TLS on this machine; null if it can.
    ///
    /// Loads what it needs for that.
    public var problemWithTLS: String? {
        if case .failure(let missing) = TLSLibrary.version { return missing.reason }
        switch self {
        case .libevent: return nil
        case .evhttp: return EvhttpServer.problemWithTLS
        }
    }
}
