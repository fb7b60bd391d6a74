// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What the environment says of TLS: `WEBAPP_TLS` is `certificate:key`, several with commas between.
func encryption() -> SSLOptions? {
    guard let pairs = text("WEBAPP_TLS") else { return nil }
    var options = SSLOptions(certificates: pairs.split(separator: ",").map(certificate))
    options.caCerts = text("WEBAPP_TLS_CA")
    options.verify = text("WEBAPP_TLS_VERIFY").flatMap(SSLOptions.Verification.init(rawValue:))
    options.minVersion = text("WEBAPP_TLS_MIN") == "1.3" ? .tlsv1_3 : nil
    return options
}

private func certificate(_ pair: Substring) -> SSLOptions.Certificate {
    let files = pair.split(separator: ":").map(String.init)
    return SSLOptions.Certificate(certfile: files[0], keyfile: files.count > 1 ? files[1] : nil)
}

private func text(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }
}

/// The server with the application, on the loop's thread.
nonisolated(unsafe) var encryptedServer: HTTPServer?

nonisolated(unsafe) let encryptionRoutes: [URLSpec] = [
    .url("/tls", SessionHandler.self),
    .url("/tls/reload", ReloadHandler.self),
    .url("/bytes", BytesHandler.self),
    .url("/child", ChildHandler.self),
]

final class SessionHandler: RequestHandler {
    override func get() throws {
        guard let session = request.sslSession else { return write("plain") }
        try write([
            "protocol": request.protocol, "version": session.version, "cipher": session.cipher, "alpn": session.alpn,
            "serverName": session.serverName, "resumed": session.wasResumed ? "yes" : "no",
            "subject": request.getSSLCertificate()?.subject ?? "none",
            "der": "\(request.getSSLCertificate()?.der.count ?? 0)", "address": request.remoteIP,
        ])
    }
}

/// New certificates; the same files without an argument.
final class ReloadHandler: RequestHandler {
    override func get() throws {
        let pair = try getArgument("pair", default: nil)
        do {
            try encryptedServer?.reloadSSL(pair.map { SSLOptions(certificates: [certificate($0[...])]) })
            write("reloaded")
        } catch {
            setStatus(500)
            write("\(error)")
        }
    }
}

/// So many bytes in one piece, which count from 0 to 250 and again.
final class BytesHandler: RequestHandler {
    override func get() throws {
        let count = Int(try getArgument("n", default: "0")) ?? 0
        write((0..<count).map { UInt8($0 % 251) })
    }
}

/// What a child sees of the signals that it ignores.
final class ChildHandler: AsyncRequestHandler {
    override func get() async throws {
        let child = try Subprocess(["grep", "SigIgn", "/proc/self/status"], stdout: .stream)
        write(try await child.stdout?.readUntilClose() ?? [])
        try await child.waitForExit()
    }
}
