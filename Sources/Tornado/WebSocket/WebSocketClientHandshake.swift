// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// The client's side of the opening handshake (RFC 6455, section 4.1): what to send, and what the answer must be.
struct WebSocketClientHandshake {
    /// An answer that is right.
    struct Answer {
        let headers: HTTPHeaders
        let subprotocol: String?
        let deflate: PerMessageDeflate?
        /// The bytes of the answer's head.
        let size: Int
    }

    /// Fields that the handshake is made of.
    private static let reserved: Set<String> = ["connection", "content-length", "transfer-encoding", "upgrade"]
    /// Bytes of the answer's head at most.
    private static let maxHeadSize = 64 * 1024

    let url: (host: String, port: UInt16, authority: String, target: String, credentials: String?)
    let isEncrypted: Bool
    /// The request.
    let bytes: [UInt8]
    private let name: String
    private let key: String
    private let subprotocols: [String]
    private let offered: PerMessageDeflate?

    init(_ request: HTTPRequest, _ options: WebSocketClientOptions) throws {
        self.name = ClientURL.redacted(request.url)
        let scheme = request.url.prefix { $0 != ":" }.lowercased()
        guard scheme == "ws" || scheme == "wss" else {
            throw Self.badArgument(self.name, "its URL does not begin with ws:// or wss://")
        }
        self.isEncrypted = scheme == "wss"
        self.url = try Self.split(request.url, self.name, isEncrypted: self.isEncrypted)
        let settings = request.settings
        guard settings.proxyHost == nil, settings.unixSocket == nil, settings.networkInterface == nil else {
            throw Self.badArgument(self.name, "WebSockets connect straight: no proxy, unixSocket or networkInterface")
        }
        guard settings.authMode != .digest else {
            throw Self.badArgument(self.name, "WebSockets answer no Digest challenge: set authMode to .basic")
        }
        self.key = WebSocketKey.make((0..<16).map { _ in UInt8.random(in: 0...255) })
        self.subprotocols = options.subprotocols
        self.offered = options.compression?.wanted
        var text = "GET \(self.url.target) HTTP/1.1\r\n"
        if !request.headers.contains("Host") { text += "Host: \(self.url.authority)\r\n" }
        if !request.headers.contains("User-Agent") { text += "User-Agent: gtornado/\(gtornadoVersion)\r\n" }
        let own = settings.authUsername.map { HTTPBasicAuth.value($0, settings.authPassword ?? "") }
        if !request.headers.contains("Authorization"), let credentials = own ?? self.url.credentials {
            text += "Authorization: \(credentials)\r\n"
        }
        text += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        text += "Sec-WebSocket-Key: \(self.key)\r\n"
        if !self.subprotocols.isEmpty {
            guard self.subprotocols.allSatisfy(\.isToken) else {
                throw Self.badArgument(self.name, "a subprotocol is no token")
            }
            text += "Sec-WebSocket-Protocol: \(self.subprotocols.joined(separator: ", "))\r\n"
        }
        if let offered = self.offered { text += "Sec-WebSocket-Extensions: \(offered.offer)\r\n" }
        for (name, value) in request.headers.getAll() {
            guard name.isToken, value.isFieldValue else {
                throw Self.badArgument(self.name, "the field \"\(LogText.escaped(name))\" can't be sent as it is")
            }
            guard !Self.reserved.contains(name.lowercased()), !name.lowercased().hasPrefix("sec-websocket-") else {
                throw Self.badArgument(self.name, "the client sets \(name) itself")
            }
            text += "\(name): \(value)\r\n"
        }
        self.bytes = Array((text + "\r\n").utf8)
    }

    private static func split(
        _ url: String,
        _ name: String,
        isEncrypted: Bool
    ) throws -> (host: String, port: UInt16, authority: String, target: String, credentials: String?) {
        do {
            let parts = try ClientURL("http" + url.drop { $0 != ":" })
            let digits = parts.authority.reversed().prefix { $0 != ":" && $0 != "]" }
            let hasPort =
                !digits.isEmpty && digits.count < parts.authority.count && digits.allSatisfy(\.isNumber)
                && parts.authority.dropLast(digits.count).hasSuffix(":")
            let port = isEncrypted && !hasPort ? 443 : parts.port
            let credentials = parts.user.map { HTTPBasicAuth.value($0, parts.password ?? "") }
            return (parts.host, port, parts.authority, parts.target, credentials)
        } catch {
            throw Self.badArgument(name, "\(error)")
        }
    }

    // MARK: The answer

    /// Reads the answer; nil as long as it is not whole.
    func answer(_ received: [UInt8]) throws -> Answer? {
        let limits = RequestLimits(head: Self.maxHeadSize, body: 0)
        var reader = ResponseReader(isHeadRequest: true, limits: limits, mayUpgrade: true)
        let table = HeaderTable()
        return try received.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            switch reader.next(base, count: bytes.count, table: table) {
            case .incomplete: return nil
            case .refused(let refusal): throw self.refused("\(refusal.why)")
            case .head(let head, let size):
                let headers = HTTPHeaders(UnsafeBufferPointer(start: table.entries, count: table.count))
                return try self.checked(head.status, headers, size)
            default: throw self.refused("the answer is not one of WebSocket")
            }
        }
    }

    private func checked(_ status: Int, _ headers: HTTPHeaders, _ size: Int) throws -> Answer {
        guard status == 101 else { throw self.refused("the server answered \(status)", status) }
        guard headers["Upgrade"].map({ $0.equalsIgnoringASCIICase("websocket") }) ?? false,
            WebSocketExtension.tokens(headers["Connection"] ?? "")?.contains(where: {
                $0.equalsIgnoringASCIICase("upgrade")
            }) ?? false
        else { throw self.refused("the server upgrades to something else") }
        guard headers["Sec-WebSocket-Accept"] == WebSocketKey.accept(self.key) else {
            throw self.refused("Sec-WebSocket-Accept is not the answer to the key")
        }
        let subprotocol = headers["Sec-WebSocket-Protocol"]
        if let subprotocol, !self.subprotocols.contains(subprotocol) {
            throw self.refused(
                "the server chose the subprotocol \"\(LogText.escaped(subprotocol))\", which was not offered"
            )
        }
        return Answer(
            headers: headers,
            subprotocol: subprotocol,
            deflate: try self.agreed(headers["Sec-WebSocket-Extensions"]),
            size: size
        )
    }

    private func agreed(_ text: String?) throws -> PerMessageDeflate? {
        guard let text else { return nil }
        guard let answers = WebSocketExtension.parse(text), answers.count <= 1 else {
            throw self.refused("the extensions \"\(LogText.escaped(text))\" are not what was offered")
        }
        guard let answer = answers.first else { return nil }
        guard let agreed = self.offered?.agreed(answer) else {
            throw self.refused("the extension \"\(LogText.escaped(text))\" is not what was offered")
        }
        return agreed
    }

    private func refused(_ why: String, _ status: Int = 0) -> WebSocketError {
        WebSocketError(.handshake, "Cannot open \(self.name): \(why).", statusCode: status)
    }

    private static func badArgument(_ name: String, _ why: String) -> WebSocketError {
        WebSocketError(.badArgument, "Cannot open \(name): \(why).")
    }
}
