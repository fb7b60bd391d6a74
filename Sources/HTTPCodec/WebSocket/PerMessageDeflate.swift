// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What two peers agree on for permessage-deflate (RFC 7692), or what one of them wants.
public struct PerMessageDeflate: Equatable, Sendable {
    /// The extension's name.
    public static let name = "permessage-deflate"

    /// The server compresses each message by itself.
    public var serverNoContextTakeover = false
    /// The client does.
    public var clientNoContextTakeover = false
    /// How far back the server may refer, as a power of two, 8 to 15.
    public var serverMaxWindowBits = 15
    /// How far back the client may.
    public var clientMaxWindowBits = 15

    /// Everything that there is.
    public init() {}

    // MARK: The server

    /// Takes the first offer that can be taken; null for none.
    ///
    /// - Parameters:
    ///   - offers: The client's, the best first.
    ///   - wanted: What the server allows at most: it may narrow what was offered.
    /// - Returns: What holds from now on, and the field's value that says so.
    public static func accept(
        _ offers: [WebSocketExtension],
        wanted: PerMessageDeflate
    ) -> (agreed: PerMessageDeflate, answer: String)? {
        offers.lazy.compactMap { self.accept($0, wanted) }.first
    }

    private static func accept(
        _ offer: WebSocketExtension,
        _ wanted: PerMessageDeflate
    ) -> (agreed: PerMessageDeflate, answer: String)? {
        guard offer.name == Self.name, let offered = Parameters(offer, isAnswer: false) else { return nil }
        var agreed = PerMessageDeflate()
        agreed.serverNoContextTakeover = offered.serverNoContextTakeover || wanted.serverNoContextTakeover
        agreed.clientNoContextTakeover = offered.clientNoContextTakeover || wanted.clientNoContextTakeover
        agreed.serverMaxWindowBits = min(offered.serverMaxWindowBits ?? 15, wanted.serverMaxWindowBits)
        // A client that does not speak of its window can't be told of a smaller one.
        if offered.hasClientMaxWindowBits {
            agreed.clientMaxWindowBits = min(offered.clientMaxWindowBits ?? 15, wanted.clientMaxWindowBits)
        }
        let namesServer = offered.serverMaxWindowBits != nil || agreed.serverMaxWindowBits < 15
        let namesClient = offered.hasClientMaxWindowBits && agreed.clientMaxWindowBits < 15
        return (
            agreed,
            agreed.text(
                server: namesServer ? "\(agreed.serverMaxWindowBits)" : nil,
                client: namesClient ? "=\(agreed.clientMaxWindowBits)" : nil
            )
        )
    }

    // MARK: The client

    /// The offer of a client that wants this.
    public var offer: String {
        self.text(
            server: self.serverMaxWindowBits < 15 ? "\(self.serverMaxWindowBits)" : nil,
            client: self.clientMaxWindowBits < 15 ? "=\(self.clientMaxWindowBits)" : ""
        )
    }

    /// What a server's answer to this offer makes of it; null if the answer says what it must not.
    public func agreed(_ answer: WebSocketExtension) -> PerMessageDeflate? {
        guard answer.name == Self.name, let answered = Parameters(answer, isAnswer: true) else { return nil }
        if self.serverNoContextTakeover, !answered.serverNoContextTakeover { return nil }
        guard (answered.serverMaxWindowBits ?? 15) <= self.serverMaxWindowBits,
            (answered.clientMaxWindowBits ?? self.clientMaxWindowBits) <= self.clientMaxWindowBits
        else { return nil }
        var agreed = PerMessageDeflate()
        agreed.serverNoContextTakeover = answered.serverNoContextTakeover
        agreed.clientNoContextTakeover = answered.clientNoContextTakeover || self.clientNoContextTakeover
        agreed.serverMaxWindowBits = answered.serverMaxWindowBits ?? 15
        agreed.clientMaxWindowBits = answered.clientMaxWindowBits ?? self.clientMaxWindowBits
        return agreed
    }

    private func text(server: String?, client: String?) -> String {
        var text = Self.name
        if self.serverNoContextTakeover { text += "; server_no_context_takeover" }
        if self.clientNoContextTakeover { text += "; client_no_context_takeover" }
        if let server { text += "; server_max_window_bits=\(server)" }
        if let client { text += "; client_max_window_bits\(client)" }
        return text
    }
}

/// The parameters of one offer or answer, each once and with a value that it may have.
private struct Parameters {
    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    var serverMaxWindowBits: Int?
    var clientMaxWindowBits: Int?
    var hasClientMaxWindowBits = false

    /// Null if anything in it is unknown, doubled or malformed.
    init?(_ entry: WebSocketExtension, isAnswer: Bool) {
        guard Set(entry.parameters.map(\.name)).count == entry.parameters.count else { return nil }
        for parameter in entry.parameters {
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil): self.serverNoContextTakeover = true
            case ("client_no_context_takeover", nil): self.clientNoContextTakeover = true
            case ("server_max_window_bits", let value?):
                guard let bits = Self.bits(value) else { return nil }
                self.serverMaxWindowBits = bits
            case ("client_max_window_bits", nil):
                // Only an offer may say that it understands the parameter, and no more.
                if isAnswer { return nil }
                self.hasClientMaxWindowBits = true
            case ("client_max_window_bits", let value?):
                guard let bits = Self.bits(value) else { return nil }
                self.hasClientMaxWindowBits = true
                self.clientMaxWindowBits = bits
            default: return nil
            }
        }
    }

    private static func bits(_ text: String) -> Int? {
        guard let bits = Int(text), (8...15).contains(bits), "\(bits)" == text else { return nil }
        return bits
    }
}
