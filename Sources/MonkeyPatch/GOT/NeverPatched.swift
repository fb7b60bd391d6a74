// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why a library's calls are never rewritten.
enum NeverPatched: String, Sendable {
    /// Its calls are what a patched call ends in.
    case cLibrary = "the C library"
    /// The event loop waits in it.
    case eventLoop = "libevent"
    /// It runs threads, tasks and queues of its own, on all threads.
    case swiftRuntime = "Swift's runtime"
    /// It unwinds and allocates under every call.
    case languageRuntime = "C++'s runtime"
    /// It stands between the program and the C library itself.
    case sanitizer = "a sanitizer"

    /// Judges a library by its name or path; null if it may be patched.
    init?(library: String) {
        let name = PackageAdvice.lastComponent(library)
        let stem = name.splitOnce(".so")?.0 ?? name
        // "libc-2.31.so", "libevent_core-2.1.so.7", "libclang_rt.asan-x86_64.so"
        let first = String(stem.prefix { $0 != "-" && $0 != "." })
        if stem.hasPrefix("ld-") || stem.hasPrefix("libnss_") || Self.cNames.contains(first) {
            self = .cLibrary
        } else if Self.eventNames.contains(first) {
            self = .eventLoop
        } else if Self.isSwiftRuntime(stem) {
            self = .swiftRuntime
        } else if Self.languageNames.contains(stem) {
            self = .languageRuntime
        } else if Self.sanitizerNames.contains(first) {
            self = .sanitizer
        } else {
            return nil
        }
    }

    private static let cNames: Set = [
        "libc", "libpthread", "libm", "libmvec", "librt", "libdl", "libutil", "libresolv", "libanl", "linux",
        "libthread_db", "libBrokenLocale",
    ]

    private static let eventNames: Set = [
        "libevent", "libevent_core", "libevent_extra", "libevent_openssl", "libevent_pthreads", "libevent_mbedtls",
    ]

    private static let languageNames: Set = ["libstdc++", "libc++", "libc++abi", "libgcc_s", "libunwind", "libatomic"]

    private static let sanitizerNames: Set = [
        "libasan", "libtsan", "libubsan", "liblsan", "libmsan", "libhwasan", "libclang_rt", "vgpreload_core",
        "vgpreload_memcheck",
    ]

    /// Swift's own libraries are libswiftCore, libswift_Concurrency and so on; an app's may be libswiftly.
    private static func isSwiftRuntime(_ stem: String) -> Bool {
        guard stem != "libdispatch", stem != "libBlocksRuntime" else { return true }
        guard stem.hasPrefix("libswift"), let next = stem.dropFirst("libswift".count).first else { return false }
        return next == "_" || next.isUppercase
    }
}
