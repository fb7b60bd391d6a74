// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Undoes the Content-Encoding of an answer, a piece at a time.
final class AnswerDecoder {
    private let isDeflate: Bool
    private var inflater: GzipDecompressor?
    /// Input that was not looked at yet, because nobody wanted more output.
    private var held: [UInt8] = []
    private(set) var isHolding = false

    private static let pieceSize = 64 * 1024

    /// A decoder of what is named, or nil if that is none that is known.
    init?(_ encoding: String) {
        switch encoding.lowercased() {
        case "gzip", "x-gzip": self.isDeflate = false
        case "deflate": self.isDeflate = true
        default: return nil
        }
    }

    /// Decodes `input`, and gives out piece by piece until `deliver` returns false: the rest waits for ``resume(_:)`` then.
    ///
    /// - Throws: `HTTPInputError` if it is not what it was said to be.
    func take(
        _ input: UnsafeBufferPointer<UInt8>,
        _ deliver: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws {
        guard !self.isHolding else {
            self.held += input
            return
        }
        guard let first = input.first ?? (self.inflater == nil ? nil : 0) else { return }
        let inflater = try self.inflater(first)
        var place = 0
        repeat {
            let (taken, piece) = try inflater.next(UnsafeBufferPointer(rebasing: input[place...]))
            place += taken
            if !piece.isEmpty, !deliver(piece) {
                self.isHolding = place < input.count || inflater.mayHaveMore
                self.held = Array(input[place...])
                return
            }
        } while place < input.count || inflater.mayHaveMore
    }

    /// Goes on with what was left.
    func resume(_ deliver: (UnsafeBufferPointer<UInt8>) -> Bool) throws {
        guard self.isHolding else { return }
        self.isHolding = false
        let held = self.held
        self.held = []
        try held.withUnsafeBufferPointer { try self.take($0, deliver) }
    }

    /// Checks that the body may end here.
    func finish() throws {
        try self.inflater?.finish()
    }

    /// "deflate" is the zlib format by the book, but some servers send it bare; the first byte tells.
    private func inflater(_ first: UInt8) throws -> GzipDecompressor {
        if let inflater = self.inflater { return inflater }
        let isZlib = first & 15 == 8 && first >> 4 <= 7
        let format = !self.isDeflate ? GzipDecompressor.gzip : isZlib ? GzipDecompressor.zlib : GzipDecompressor.raw
        let inflater = try GzipDecompressor(pieceSize: Self.pieceSize, format: format)
        self.inflater = inflater
        return inflater
    }
}
