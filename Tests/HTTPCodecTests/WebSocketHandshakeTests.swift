// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

@Suite("The handshake of a WebSocket")
struct WebSocketHandshakeTests {
    @Test("answers keys as the standard's example does")
    func keys() {
        #expect(WebSocketKey.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        // Longer than one block of SHA-1.
        #expect(WebSocketKey.accept(String(repeating: "a", count: 100)) == "+taVhj8zzaJPYE6HHo1ugamK/Ug=")
        #expect(WebSocketKey.make(Array(0..<16)) == "AAECAwQFBgcICQoLDA0ODw==")
        #expect(WebSocketKey.isValid("AAECAwQFBgcICQoLDA0ODw=="))
        for bad in ["", "AAECAwQFBgcICQoLDA0ODx==", "AAECAwQFBgcICQoLDA0OD===", "aGVsbG8=", "AAECAwQFBgcICQoLDA0O w=="]
        {
            #expect(!WebSocketKey.isValid(bad), "\(bad)")
        }
    }

    @Test("reads lists as they may be written")
    func lists() {
        #expect(WebSocketExtension.tokens("a, b ,,c") == ["a", "b", "c"])
        #expect(WebSocketExtension.tokens("") == [])
        #expect(WebSocketExtension.tokens("a b") == nil)
        #expect(WebSocketExtension.parse("x; a=1; b, Y;c=\"d\"")?.map(\.name) == ["x", "y"])
        for bad in [
            "x;", "x;=1", "x;a=", "x;a=\"", "x;a=\"b", "x;a=\"\"", "x;a=\"b c\"", "x y", ";", "x;a=\"b\"c", "x,\u{1}",
        ] {
            #expect(WebSocketExtension.parse(bad) == nil, "\(bad)")
        }
    }

    /// An offer, what a server says to it; and so much less memory as it wants to give.
    static let offers: [(offer: String, answer: String?, wanted: PerMessageDeflate)] = {
        var frugal = PerMessageDeflate()
        frugal.serverNoContextTakeover = true
        frugal.serverMaxWindowBits = 10
        frugal.clientMaxWindowBits = 11
        let all = PerMessageDeflate()
        let name = "permessage-deflate"
        return [
            (name, name, all),
            ("\(name); client_max_window_bits", name, all),
            ("\(name); client_max_window_bits=9", "\(name); client_max_window_bits=9", all),
            ("\(name); server_max_window_bits=8", "\(name); server_max_window_bits=8", all),
            ("\(name); server_max_window_bits=15", "\(name); server_max_window_bits=15", all),
            ("\(name); server_max_window_bits=\"12\"", "\(name); server_max_window_bits=12", all),
            (
                "\(name); server_no_context_takeover; client_no_context_takeover",
                "\(name); server_no_context_takeover; client_no_context_takeover", all
            ),
            ("Permessage-Deflate", name, all),
            ("other, \(name); server_max_window_bits=7, \(name)", name, all),
            (name, "\(name); server_no_context_takeover; server_max_window_bits=10", frugal),
            (
                "\(name); client_max_window_bits",
                "\(name); server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11", frugal
            ),
            ("other", nil, all), ("", nil, all),
            ("\(name); server_max_window_bits", nil, all),
            ("\(name); server_max_window_bits=7", nil, all), ("\(name); server_max_window_bits=16", nil, all),
            ("\(name); server_max_window_bits=08", nil, all), ("\(name); server_max_window_bits=+9", nil, all),
            ("\(name); client_max_window_bits=16", nil, all), ("\(name); client_max_window_bits=x", nil, all),
            ("\(name); server_no_context_takeover=1", nil, all), ("\(name); what", nil, all),
            ("\(name); server_no_context_takeover; server_no_context_takeover", nil, all),
        ]
    }()

    @Test("takes the first offer that can be taken", arguments: offers.indices)
    func offer(_ index: Int) throws {
        let (offer, answer, wanted) = Self.offers[index]
        let parsed = try #require(WebSocketExtension.parse(offer))
        #expect(PerMessageDeflate.accept(parsed, wanted: wanted)?.answer == answer, "\(offer)")
    }

    @Test("refuses answers that say what they must not")
    func answers() throws {
        let name = "permessage-deflate"
        func agreed(_ answer: String, _ offer: PerMessageDeflate = PerMessageDeflate()) throws -> PerMessageDeflate? {
            offer.agreed(try #require(WebSocketExtension.parse(answer)?.first))
        }
        var frugal = PerMessageDeflate()
        frugal.serverNoContextTakeover = true
        frugal.serverMaxWindowBits = 10
        frugal.clientMaxWindowBits = 11
        #expect(PerMessageDeflate().offer == "\(name); client_max_window_bits")
        #expect(
            frugal.offer
                == "\(name); server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11"
        )
        #expect(try agreed(name) == PerMessageDeflate())
        #expect(try agreed("\(name); client_max_window_bits=9")?.clientMaxWindowBits == 9)
        #expect(
            try agreed("\(name); server_no_context_takeover; server_max_window_bits=9", frugal)?.serverMaxWindowBits
                == 9
        )
        for bad in ["other", "\(name); client_max_window_bits", "\(name); server_max_window_bits=16", "\(name); x"] {
            #expect(try agreed(bad) == nil, "\(bad)")
        }
        for bad in [name, "\(name); server_no_context_takeover; server_max_window_bits=11"] {
            #expect(try agreed(bad, frugal) == nil, "\(bad)")
        }
        #expect(try agreed("\(name); server_no_context_takeover; client_max_window_bits=12", frugal) == nil)
    }
}
