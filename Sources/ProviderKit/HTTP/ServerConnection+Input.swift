// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

extension ServerConnection {
    /// Called by the driver: there is input, an end of file or an error.
    public func readReady() {
        guard self.phase != .closed, self.isReading else { return }
        let engine = self.engine
        if self.isEncrypted { return self.readEncrypted(engine) }
        let kept = self.hasPending ? self.pending?.count ?? 0 : 0
        guard kept < engine.inputCapacity else {
            // Reading nothing would look like the end of file. What is kept gets its turn first.
            self.resumeInput(engine)
            return
        }
        let count = recv(self.descriptor, engine.input + kept, engine.inputCapacity - kept, 0)
        if count > 0 {
            self.received(kept, count, engine)
        } else if count == 0 {
            self.endOfInput(engine)
        } else if errno != EAGAIN, errno != EINTR {
            self.drop()
        }
    }

    /// Called by the driver: there is an error, or both directions are closed.
    ///
    /// The kernel tells that in every turn until the socket is closed, whether anybody wants to know or not.
    func hungUp() {
        guard self.phase != .closed, !self.isReading, !self.hasOutput else { return }
        self.drop()
    }

    func received(_ kept: Int, _ count: Int, _ engine: HTTPServerEngine) {
        let input = engine.input
        if self.phase == .lingering {
            self.lingered += count
            if self.lingered > ServerConnection.lingerBytes { self.drop() }
            return
        }
        if self.phase == .responding, kept == 0 {
            self.keep(input, count)
            self.updateInterest(engine)
            return
        }
        if kept > 0, let pending = self.pending {
            // A head, or a trailer section, that trickles in is looked at again only when a line of it is complete, so
            // that its cost stays proportional to its lines; and what waits for its turn is not looked at at all.
            let mayTrickle = self.phase == .idle || (self.phase == .body && self.wantsBody)
            let isTrickling = mayTrickle && self.isPartOfLine(input, kept, count, engine)
            if self.phase == .responding || isTrickling {
                pending.append(gt_bytes(data: input + kept, size: count))
                self.updateInterest(engine)
                return
            }
            memcpy(input, pending.bytes, kept)
        }
        self.takeTurn(kept + count, engine)
    }

    /// Whether new bytes, behind those that are kept, complete no line and break no limit.
    private func isPartOfLine(
        _ input: UnsafePointer<UInt8>,
        _ kept: Int,
        _ count: Int,
        _ engine: HTTPServerEngine
    ) -> Bool {
        guard memchr(input + kept, 0x0A, count) == nil else { return false }
        let limits = engine.settings.limits
        if kept + count <= limits.startLine { return true }
        // Behind a whole first line the limit of the head holds; a request line has its own, which is the smaller.
        guard kept + count <= limits.head, let pending = self.pending else { return false }
        return memchr(pending.bytes, 0x0A, pending.count) != nil
    }

    /// Looks at kept input again, after something it waited for has happened.
    func resumeInput(_ engine: HTTPServerEngine) {
        let awaitsEnd = self.phase == .body && self.wantsBody && self.decoder.bytesToCome == 0
        let awaitsTurn = self.hasPending && (self.phase == .idle || self.phase == .body)
        guard awaitsTurn || awaitsEnd else {
            self.updateInterest(engine)
            return
        }
        let count = self.hasPending ? self.pending?.count ?? 0 : 0
        if let pending = self.pending, count > 0 { memcpy(engine.input, pending.bytes, count) }
        self.takeTurn(count, engine)
    }

    /// Serves what the input holds; answers given meanwhile leave together at the end.
    private func takeTurn(_ count: Int, _ engine: HTTPServerEngine) {
        let bytes = UnsafePointer(engine.input)
        let hadPartialHead = self.phase == .idle && self.hasPending
        engine.batch = self.handle
        engine.batchCount = count
        engine.batchTaken = 0
        engine.turnBegins()
        self.serve(bytes, count, engine)
        let taken = engine.batchTaken
        engine.batch = nil
        if self.isDetached {
            self.tellFinished(lost: false)
            return
        }
        if self.isBroken {
            engine.batchOutput.removeAll()
            self.drop()
            return
        }
        if count > taken {
            self.keep(bytes + taken, count - taken)
        } else if self.hasPending {
            self.forgetInput()
        }
        if self.isEncrypted, self.phase == .closing { self.gather() }
        self.flushBatch(engine)
        guard self.phase != .closed else { return }
        if self.phase == .closing, !self.hasOutput {
            self.finishClosing(engine)
            return
        }
        if self.phase == .closing { self.sendGathered(engine) }
        if self.phase == .idle, self.peerClosed {
            self.endIdle()
            return
        }
        self.armDeadline(hadPartialHead: hadPartialHead && taken == 0, engine)
        self.updateInterest(engine)
    }

    /// No request is being served, and the client sends no more: what is left of its input is no whole request.
    func endIdle() {
        if self.hasOutput {
            self.updateInterest(self.engine)
        } else if self.hasPending {
            self.refuseOutsideTurn(.truncated)
        } else {
            self.drop()
        }
    }

    private func keep(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        let pending = self.pending ?? OutputBuffer(capacity: count + 512)
        pending.removeAll()
        pending.append(gt_bytes(data: bytes, size: count))
        self.pending = pending
        self.hasPending = true
    }

    private func armDeadline(hadPartialHead: Bool, _ engine: HTTPServerEngine) {
        if self.hasOutput { return }
        switch self.phase {
        case .idle:
            // From the first byte of a head on one absolute deadline holds; further bytes do not move it.
            if hadPartialHead { return }
            let timeout = self.hasPending ? engine.settings.headerTimeout : engine.settings.idleTimeout
            self.deadline = engine.deadline(after: timeout)
        case .responding:
            self.deadline = .infinity
        case .body, .closing, .lingering, .closed:
            break
        }
    }

    /// The heart of the server: heads, bodies and ends, as long as there is something to do.
    private func serve(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ engine: HTTPServerEngine) {
        while !self.isBroken, !self.isDetached {
            let offset = engine.batchTaken
            switch self.phase {
            case .idle:
                guard offset < count, !self.isOutputFull(engine) else { return }
                guard self.serveHead(bytes + offset, count - offset, engine) else { return }
            case .body where self.responseEnded && !self.encoder.keepsAlive:
                self.phase = .responding
            case .body:
                guard self.wantsBody || self.responseEnded else { return }
                guard self.serveBody(bytes + offset, count - offset, engine) else { return }
            case .responding:
                guard self.responseEnded else { return }
                self.finishExchange(engine)
                if self.phase == .responding { return }
            case .closing, .lingering, .closed:
                return
            }
        }
    }

    /// Parses a head and hands it over.
    ///
    /// False if there is none yet.
    private func serveHead(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ engine: HTTPServerEngine) -> Bool {
        var head = RequestHead()
        let result = RequestParser.parse(
            bytes,
            count: count,
            limits: engine.settings.limits,
            table: engine.headers,
            head: &head
        )
        switch result {
        case .incomplete:
            return false
        case .refused(let refusal):
            self.refuse(refusal, ServerConnection.startLine(bytes, count))
            return false
        case .complete:
            engine.batchTaken += head.size
            self.begin(head, engine)
            return true
        }
    }

    private func begin(_ head: RequestHead, _ engine: HTTPServerEngine) {
        self.isHead = head.method.size == 4 && memcmp(head.method.data, "HEAD", 4) == 0
        self.minorVersion = head.minorVersion
        self.keepAlive = head.flags & UInt32(GT_REQUEST_KEEP_ALIVE) != 0 && engine.settings.keepAlive
        self.expectsContinue = head.flags & UInt32(GT_REQUEST_EXPECT_CONTINUE) != 0
        self.wantsBody = !self.expectsContinue
        self.responseBegun = false
        self.responseEnded = false
        if head.contentLength == 0 {
            self.phase = .responding
        } else {
            self.phase = .body
            self.decoder = BodyDecoder(head)
            self.deadline = engine.deadline(after: engine.settings.bodyTimeout)
        }

        var request = gt_request()
        request.size = UInt32(MemoryLayout<gt_request>.size)
        request.flags = head.flags | engine.requestFlags
        request.method = head.method
        request.target = head.target
        request.host = head.host
        request.headers = UnsafePointer(engine.headers.entries)
        request.header_count = engine.headers.count
        request.content_length = head.contentLength
        request.version_major = 1
        request.version_minor = head.minorVersion
        request.arrived = engine.turnBegan
        self.requestContext = engine.delegate.request(engine.serverContext, self.exchange, &request)

        guard self.requestContext != nil else {
            // Null says that all is done; an app that says so without an answer has failed.
            if !self.responseEnded, !self.isDetached { self.isBroken = true }
            return
        }
        if self.phase == .responding, !self.responseEnded, let context = self.requestContext {
            engine.delegate.body_end(context, nil, 0)
        }
    }

    /// Takes one step through the body.
    ///
    /// False if more input is needed.
    private func serveBody(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ engine: HTTPServerEngine) -> Bool {
        // A copy, put back before anyone is called: no access to the property stays open meanwhile.
        var decoder = self.decoder
        let step = decoder.next(
            bytes,
            count: count,
            pieceSize: engine.settings.chunkSize,
            limits: engine.settings.limits,
            table: engine.headers
        )
        self.decoder = decoder
        switch step {
        case .piece(let piece, let taken):
            engine.batchTaken += taken
            if !self.responseEnded, let context = self.requestContext { engine.delegate.body(context, piece) }
            return true
        case .end(let taken):
            engine.batchTaken += taken
            self.decoder = BodyDecoder()
            self.phase = .responding
            if !self.responseEnded, let context = self.requestContext {
                engine.delegate.body_end(context, engine.headers.entries, engine.headers.count)
            }
            return true
        case .incomplete(let taken):
            engine.batchTaken += taken
            return false
        case .refused(let refusal):
            self.refuse(refusal, gt_bytes())
            return false
        }
    }

    /// The answer is complete, and so is the request.
    func finishExchange(_ engine: HTTPServerEngine) {
        if self.requestContext != nil {
            // What is still unsent decides whether the answer leaves whole.
            if self.hasOutput { return }
            self.tellFinished(lost: false)
        }
        if self.phase == .closed { return }
        self.responseBegun = false
        self.phase = self.encoder.keepsAlive ? .idle : .closing
    }

    /// The client sends no more.
    func endOfInput(_ engine: HTTPServerEngine) {
        self.peerClosed = true
        switch self.phase {
        case .idle where self.hasPending:
            // Whole requests may wait behind one that has just been answered.
            self.resumeInput(engine)
        case .body where !self.responseBegun:
            self.refuseOutsideTurn(.truncated)
        case .responding:
            // It may only have closed its sending half: the answer is still tried.
            self.updateInterest(engine)
            if !self.responseEnded, let context = self.requestContext { engine.delegate.peer_closed(context) }
        default:
            self.drop()
        }
    }

    private static func startLine(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> gt_bytes {
        let shown = min(count, 512)
        let end = memchr(bytes, 0x0D, shown)
        let size = end.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) } ?? shown
        return gt_bytes(data: bytes, size: size)
    }
}

extension Refusal {
    static let truncated = Refusal(400, "the client closed before its request was complete")
}
