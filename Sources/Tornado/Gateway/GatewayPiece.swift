// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What the body of a gateway application's answer is made of: `String`, sent as UTF-8, or bytes.
public protocol GatewayPiece {
    /// The piece as it is sent.
    var gatewayBytes: [UInt8] { get }
}

extension String: GatewayPiece {
    /// The text as UTF-8.
    public var gatewayBytes: [UInt8] { Array(self.utf8) }
}

extension Substring: GatewayPiece {
    /// The text as UTF-8.
    public var gatewayBytes: [UInt8] { Array(self.utf8) }
}

extension Array: GatewayPiece where Element == UInt8 {
    /// The bytes themselves.
    public var gatewayBytes: [UInt8] { self }
}

extension ArraySlice: GatewayPiece where Element == UInt8 {
    /// The bytes themselves.
    public var gatewayBytes: [UInt8] { Array(self) }
}

/// The body of an answer: a sequence of pieces that is gone through once, whatever its type.
struct GatewayBody {
    /// The bytes in all; nil if that is not known beforehand.
    let count: Int?
    /// The next piece; nil at the end.
    let next: () -> [UInt8]?

    init<Body: Sequence>(_ body: Body) where Body.Element: GatewayPiece {
        // Other sequences may make their pieces as they are asked for them: to count those would be to make them.
        let array = body as? [Body.Element]
        self.count = array.map { $0.reduce(0) { $0 + $1.gatewayBytes.count } }
        var iterator = body.makeIterator()
        self.next = { iterator.next()?.gatewayBytes }
    }
}
