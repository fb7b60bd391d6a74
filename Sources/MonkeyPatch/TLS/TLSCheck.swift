// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Glibc
import LibeventProviders

/// Finds out before a run whether its TLS can be: files that can be read, that fit each other, and a server that can.
enum TLSCheck {
    /// Reads everything that the choice names.
    static func read(_ choice: TLSChoice) throws(MonkeyError) {
        for certificate in choice.certificates {
            try Self.checkFile(certificate.file, "--tls-cert")
            if let key = certificate.keyFile { try Self.checkFile(key, "--tls-key") }
        }
        if let file = choice.authorities { try Self.checkFile(file, "--tls-ca") }
        guard let why = Self.problem(choice.settings) else { return }
        let needsKey = choice.certificates.contains { $0.keyFile == nil }
        let nameKey = "name the key, if it has a file of its own: --tls-key FILE"
        throw Self.cannot(because: why, try: needsKey ? [nameKey] : [])
    }

    /// The error of files that are there, and are no good.
    static func cannot(because why: String, try remedies: [String] = []) -> MonkeyError {
        MonkeyError(
            .noInput,
            "cannot speak TLS",
            because: why,
            remedies: remedies + [
                "look at a certificate: openssl x509 -noout -text -in FILE",
                "look at a key: openssl pkey -noout -text -in FILE",
            ]
        )
    }

    /// Why no server can have those settings; null if one can.
    static func problem(_ settings: TLSSettings) -> String? {
        var text = [CChar](repeating: 0, count: 512)
        let context = withExtendedLifetime(settings) {
            text.withUnsafeMutableBufferPointer {
                gt_tls_context_new(Int32(GT_TLS_SERVER), settings.pointer, $0.baseAddress, $0.count)
            }
        }
        guard let context else { return Self.string(text) }
        gt_tls_context_release(context)
        return nil
    }

    /// Checks that the run's server speaks TLS.
    ///
    /// - Throws: What cannot, and what to put in its place.
    static func server(of registry: ProviderRegistry) throws(MonkeyError) {
        guard let table = registry.httpserver else {
            throw MonkeyError(
                .usage,
                "cannot use --tls-cert",
                because: "the app has no HTTP server, and none is put in",
                try: "leave --no-httpserver out, or select the patch httpserver"
            )
        }
        let name = registry.provider(of: .httpserver)?.name ?? "unnamed"
        guard table.pointee.capabilities & UInt32(GT_CAN_TLS) != 0 else {
            throw MonkeyError(
                .usage,
                "cannot use --tls-cert",
                because: "the app's own HTTP server, \(name), does not speak TLS",
                try: "let gtornado put its own in: leave --no-httpserver out",
                "or put a proxy in front that speaks TLS"
            )
        }
        guard name == HTTPServerChoice.evhttp.rawValue, let why = EvhttpServer.problemWithTLS else { return }
        throw MonkeyError(
            .missingDependency,
            "cannot use --tls-cert",
            because: why,
            try: "apt-get install libevent-openssl-2.1-7",
            "or take the other server: --httpserver libevent"
        )
    }

    private static func checkFile(_ path: String, _ option: String) throws(MonkeyError) {
        var number = access(path, R_OK) == 0 ? 0 : errno
        var status = stat()
        if number == 0, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { number = EISDIR }
        guard number != 0 else { return }
        throw MonkeyError(
            .noInput,
            "cannot use \(option) \(path)",
            because: SystemError.text(number),
            try: number == EACCES
                ? "let this user read it: ls -l \(path)" : "name a PEM file, by its whole path if in doubt"
        )
    }

    /// A C string in a buffer.
    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
