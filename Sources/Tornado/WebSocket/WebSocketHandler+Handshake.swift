// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Logging
import TornadoCore

/// The server's side of the opening handshake (RFC 6455, section 4.2).
extension WebSocketHandler {
    final func shakeHands() throws {
        let headers = self.request.headers
        try self.checkUpgrade(headers)
        if let origin = headers["Origin"] ?? headers["Sec-Websocket-Origin"], !self.checkOrigin(origin) {
            throw HTTPError(403, "A page of \(origin) may not open this WebSocket: see checkOrigin().")
        }
        let key = try self.checkedKey(headers)
        let protocols = try self.offeredProtocols(headers)
        self.selectedSubprotocol = protocols.isEmpty ? nil : self.selectSubprotocol(protocols)
        let deflate = try self.agreedDeflate(headers)
        // An overridden method may have answered.
        guard !self.isFinished else { return }
        let head = try self.answer(key, protocols, deflate?.answer)
        let maxMessageSize = self.maxMessageSize
        let (transport, unread) = try self.takeOver()
        let connection = WebSocketConnection(
            transport,
            isServer: true,
            maxMessageSize: maxMessageSize,
            deflate: deflate.map { ($0.agreed, $0.options) },
            server: self.request.server
        )
        self.begin(connection, head: head, unread: unread)
        self.status = 101
        self.application.logRequest(self)
    }

    // MARK: Checks

    private func checkUpgrade(_ headers: HTTPHeaders) throws {
        guard headers["Upgrade"].map({ $0.equalsIgnoringASCIICase("websocket") }) ?? false else {
            throw self.refused("Can \"Upgrade\" only to \"WebSocket\".")
        }
        let options = headers["Connection"].flatMap { WebSocketExtension.tokens($0) } ?? []
        guard options.contains(where: { $0.equalsIgnoringASCIICase("upgrade") }) else {
            throw self.refused("\"Connection\" must be \"Upgrade\".")
        }
        guard self.request.head.version_major == 1, self.request.head.version_minor >= 1 else {
            throw self.refused("A WebSocket begins with HTTP/1.1.")
        }
    }

    private func checkedKey(_ headers: HTTPHeaders) throws -> String {
        guard headers["Sec-WebSocket-Version"] == "13" else {
            try self.setHeader("Sec-WebSocket-Version", "13")
            self.setStatus(426)
            self.finish("The WebSocket protocol's version 13 is spoken here.")
            throw Finish()
        }
        guard let key = headers["Sec-WebSocket-Key"], WebSocketKey.isValid(key) else {
            throw self.refused("Sec-WebSocket-Key must be 16 bytes in base64.")
        }
        return key
    }

    private func offeredProtocols(_ headers: HTTPHeaders) throws -> [String] {
        guard let text = headers["Sec-WebSocket-Protocol"] else { return [] }
        guard let protocols = WebSocketExtension.tokens(text) else {
            throw self.refused("Sec-WebSocket-Protocol is no list of tokens.")
        }
        return protocols
    }

    private func agreedDeflate(
        _ headers: HTTPHeaders
    ) throws -> (agreed: PerMessageDeflate, options: WebSocketCompression, answer: String)? {
        guard let text = headers["Sec-WebSocket-Extensions"] else { return nil }
        guard let offers = WebSocketExtension.parse(text) else {
            throw self.refused("Sec-WebSocket-Extensions is malformed.")
        }
        guard let options = self.getCompressionOptions(),
            let (agreed, answer) = PerMessageDeflate.accept(offers, wanted: options.wanted)
        else { return nil }
        return (agreed, options, answer)
    }

    private func refused(_ why: String) -> any Error { HTTPError(400, why) }

    final func isSameOrigin(_ origin: String) -> Bool {
        guard let slashes = origin.firstRange(of: "://") else { return false }
        let authority = origin[slashes.upperBound...].prefix { $0 != "/" }
        return !authority.isEmpty && authority.lowercased() == self.request.host.lowercased()
    }

    // MARK: The answer

    private func answer(_ key: String, _ offered: [String], _ deflate: String?) throws -> [UInt8] {
        var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Accept: \(WebSocketKey.accept(key))\r\n"
        if let selected = self.selectedSubprotocol {
            guard offered.contains(selected) else {
                throw HTTPError(500, "selectSubprotocol() chose \"\(selected)\", which the client has not offered.")
            }
            text += "Sec-WebSocket-Protocol: \(selected)\r\n"
        }
        if let deflate { text += "Sec-WebSocket-Extensions: \(deflate)\r\n" }
        var headers = self.responseHeaders
        // There is no body for these to speak of.
        for name in ["Content-Type", "Content-Length", "Upgrade", "Connection"] { headers.remove(name) }
        for cookie in self.newCookies { headers.add("Set-Cookie", cookie.line) }
        for (name, value) in headers.getAll() { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}
