// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Checks that need a certificate for localhost, whose files the test names.
var tlsChecks: [Check] {
    guard let authority = getenv("NETAPP_CA"), let certificate = getenv("NETAPP_CERT"), let key = getenv("NETAPP_KEY")
    else { return [] }
    let files = (String(cString: certificate), String(cString: key))
    let trusted = String(cString: authority)
    return [
        Check(task: "a client asks for the certificate of its host") {
            let server = try AsyncTCPServer(sslOptions: SSLOptions(certfile: files.0, keyfile: files.1)) { stream, _ in
                while true { try await stream.write(stream.readUntil("\n")) }
            }
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            var options = SSLOptions()
            options.caCerts = trusted
            let client = TCPClient()
            let stream = try await client.connect("localhost", port, family: .inet, sslOptions: options, timeout: 20)
            try expect(await stream.ask("secret"), equals: "secret")
            stream.close()
            let other = TCPClient(resolver: OverrideResolver(mapping: ["other.test": "127.0.0.1"]))
            _ = try await failure(SSLError.self) {
                _ = try await other.connect("other.test", port, sslOptions: options, timeout: 20)
            }
            server.stop()
        },
        Check(task: "the time is for TLS too") {
            let server = try AsyncTCPServer { stream, _ in _ = try await stream.readUntilClose() }
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let error = try await failure(TCPClientError.self) {
                _ = try await TCPClient().connect("127.0.0.1", port, sslOptions: SSLOptions(), timeout: 0.3)
            }
            try expect(error.code == .timeout && error.description.contains("TLS"), "\(error)")
            server.stop()
        },
    ]
}
