// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What the resolver said instead of an address; answered with 502.
struct LookupError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 502 }
    var logMessage: String? { self.description }
}

/// The addresses of a name, as text: plain, blocking getaddrinfo().
func addresses(of name: String) throws -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var answer: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &answer)
    guard code == 0 else {
        throw LookupError(description: "\(name): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(answer) }
    return try sequence(first: answer) { $0?.pointee.ai_next }.compactMap { $0?.pointee }.map { entry in
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &text,
            socklen_t(text.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard code == 0 else { throw LookupError(description: String(cString: gai_strerror(code))) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /lookup/NAME\n")
    }
}

/// Asks for a name's addresses: takes as long as the name server does.
final class LookupHandler: RequestHandler {
    override func get() throws {
        write(try addresses(of: pathArguments[0]).joined(separator: " ") + "\n")
    }
}

func serve() throws {
    let app = Application([.url("/", MainHandler.self), .url("/lookup/([^/]+)", LookupHandler.self)])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("lookup", main: serve) }
