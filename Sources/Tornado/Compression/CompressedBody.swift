// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

/// A request's compressed body, on its way from the server to who reads the request.
///
/// It stands between the two and looks to each like the other. No piece is made before the one before was delivered, and
/// none while the reader wants none: however much a few bytes stand for, it is in memory a piece at a time. Compressed
/// bytes that are left over meanwhile are kept, and the server is asked for no more.
final class CompressedBody {
    /// The most bytes of a piece; a larger `chunkSize` is not worth its memory.
    private static let pieceLimit = 64 * 1024

    /// Made for the first byte, let go at the end of the body or with the first error.
    private var gzip: GzipDecompressor?
    /// Compressed bytes, of which those before `start` are done with.
    private var kept: [UInt8] = []
    private var start = 0
    /// Compressed bytes in all; negative if that is not known beforehand.
    private let length: Int64
    private var received: Int64 = 0
    private var delivered = 0
    private var isWanted = true
    /// The server was told to send no more for now.
    private var isHeld = false
    /// The server has sent everything.
    private var hasEnded = false
    /// The reader has everything, or was told of an error.
    private var isDone = false
    private var isRunning = false
    private var isScheduled = false

    private var hasRest: Bool { !self.kept.isEmpty || self.gzip?.mayHaveMore == true }

    init(length: Int64) {
        self.length = length
    }

    // MARK: The server's side

    func arrived(_ piece: UnsafeBufferPointer<UInt8>, of request: HTTPServerRequest) {
        guard !self.isDone else { return }
        self.received += Int64(piece.count)
        guard self.kept.isEmpty else { return self.kept.append(contentsOf: piece) }
        let taken = self.run(piece, request)
        if !self.isDone { self.kept.append(contentsOf: piece[taken...]) }
        self.settle(request)
    }

    func ended(of request: HTTPServerRequest) {
        self.hasEnded = true
        self.settle(request)
    }

    // MARK: The reader's side

    /// The reader wants more, or none for now; true if the server is to be told so.
    ///
    /// Like the server's own, this calls nobody back: what is left over comes in the loop's next turn.
    func want(_ wanted: Bool, of request: HTTPServerRequest) -> Bool {
        self.isWanted = wanted
        guard wanted else {
            // Behind the last byte there is nothing to hold back but the end.
            self.isHeld = self.received != self.length
            return self.isHeld
        }
        if self.isRunning { return false }
        if self.hasRest {
            self.schedule(request)
            return false
        }
        self.isHeld = false
        return true
    }

    private func schedule(_ request: HTTPServerRequest) {
        guard !self.isScheduled else { return }
        self.isScheduled = true
        request.server.loop.spawnCallback {
            self.isScheduled = false
            self.resume(request)
        }
    }

    private func resume(_ request: HTTPServerRequest) {
        guard !self.isDone else { return }
        // A view of its own: what arrives meanwhile goes into a copy.
        let input = self.kept
        let taken = input.withUnsafeBufferPointer {
            self.run(UnsafeBufferPointer(rebasing: $0[self.start...]), request)
        }
        guard !self.isDone else { return }
        self.start += taken
        if self.start == self.kept.count {
            self.kept = []
            self.start = 0
        }
        self.settle(request)
    }

    // MARK: Between the two

    /// Delivers pieces as long as they are wanted; returns how much of the input they took.
    private func run(_ input: UnsafeBufferPointer<UInt8>, _ request: HTTPServerRequest) -> Int {
        guard !self.isRunning else { return 0 }
        self.isRunning = true
        defer { self.isRunning = false }
        var taken = 0
        do {
            while self.isWanted, !self.isDone, !request.isAnswered {
                let gzip = try self.begun(request)
                guard taken < input.count || gzip.mayHaveMore else { break }
                let step = try gzip.next(UnsafeBufferPointer(rebasing: input[taken...]))
                taken += step.taken
                if !step.piece.isEmpty { try self.deliver(step.piece, request) }
            }
        } catch {
            self.fail(error, request)
        }
        return taken
    }

    private func begun(_ request: HTTPServerRequest) throws -> GzipDecompressor {
        if let gzip { return gzip }
        let chunkSize = max(request.server.settings.chunkSize, 1)
        let gzip = try GzipDecompressor(pieceSize: min(chunkSize, Self.pieceLimit))
        self.gzip = gzip
        return gzip
    }

    private func deliver(_ piece: UnsafeBufferPointer<UInt8>, _ request: HTTPServerRequest) throws {
        let limit = max(request.server.settings.maxBodySize, 0)
        self.delivered += piece.count
        guard self.delivered <= limit else {
            throw HTTPError(413, "The body has more than \(limit) bytes when it is decompressed: maxBodySize.")
        }
        request.deliverBody(piece)
    }

    /// Sees to what comes after the pieces: their end, or more of them.
    private func settle(_ request: HTTPServerRequest) {
        guard !self.isDone, !self.isRunning, !self.hasRest, !request.isAnswered else { return }
        if self.hasEnded {
            self.finish(request)
        } else if self.isWanted, self.isHeld {
            self.isHeld = false
            request.tellServer(wantsBody: true)
        }
    }

    private func finish(_ request: HTTPServerRequest) {
        do {
            try self.gzip?.finish()
        } catch {
            return self.fail(error, request)
        }
        self.end()
        request.completeBody()
    }

    private func fail(_ error: any Error, _ request: HTTPServerRequest) {
        self.end()
        request.refuseBody(error)
    }

    private func end() {
        self.isDone = true
        self.gzip = nil
        self.kept = []
        self.start = 0
    }
}
