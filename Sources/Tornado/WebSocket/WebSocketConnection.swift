// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import Logging
import ProviderKit
import TornadoCore

/// One WebSocket after its handshake, of a server or of a client: a state machine over a transport and the loop's handlers.
///
/// It lives from ``open(head:unread:)`` until it is closed, held by the loop; and on that loop's thread only. While nothing
/// moves it owns no buffers.
final class WebSocketConnection {
    enum State {
        case open
        /// A Close frame was sent, and none has come yet.
        case closing
        /// All is said: output is sent, and what still comes is thrown away.
        case finishing
        case closed
    }

    /// Unsent bytes from which on writers that can wait do, and nothing more is read.
    static let highWater = 64 * 1024
    /// Unsent bytes beyond which nothing more is taken from writers that cannot wait.
    static let maxUnsent = 16 * 1024 * 1024
    /// Seconds that a peer is given to answer a Close frame, or to close.
    static let closeTimeout = 5.0

    let loop: IOLoop
    let buffers: WebSocketBuffers
    let isServer: Bool
    let maxMessageSize: Int
    /// The server that took the connection in, if it was one.
    let server: HTTPServer?
    var transport: Transport
    var reader: WebSocketReader
    var compression: MessageCompression?
    /// Nil once it was told of the end.
    var owner: (any WebSocketOwner)?
    var state = State.open

    /// The peer's code; 1005 if it gave none, 1006 if it said no Close; nil as long as it is open.
    var closeCode: Int?
    /// The peer's reason; null if it gave none.
    var closeReason: String?

    // Input: a frame's beginning, or what came while the owner was busy; and what there is of a message.
    var rest: OutputBuffer?
    var partial: [UInt8] = []
    var validator = UTF8Validator()
    var hasHeard = false

    // Output that the kernel has not taken.
    var output: OutputBuffer?
    /// Set when there is room; made by the first that waits.
    var drained: Event?

    // What the loop waits for.
    var isWatched = false
    /// The other end has gone, of which the kernel would go on telling: not watched until there is something to wait for.
    var isMuted = false
    var interest = IOLoop.Events.none
    var readNeedsWrite = false
    var writeNeedsRead = false
    /// Both sides have said Close.
    var hasAgreedOnEnd = false
    /// All was sent that will be, and the peer knows.
    var isShutDown = false

    var closeTimer: Timeout?
    var pingTimer: Timeout?

    init(
        _ transport: Transport,
        isServer: Bool,
        maxMessageSize: Int,
        deflate: (agreed: PerMessageDeflate, options: WebSocketCompression)?,
        server: HTTPServer? = nil
    ) {
        self.loop = IOLoop.current
        self.buffers = WebSocketBuffers.current
        self.transport = transport
        self.isServer = isServer
        self.server = server
        self.maxMessageSize = max(maxMessageSize, 0)
        self.reader = WebSocketReader(
            isServer ? .server : .client,
            maxMessageSize: max(maxMessageSize, 0),
            mayCompress: deflate != nil
        )
        if let deflate {
            self.compression = MessageCompression(deflate.agreed, deflate.options, isServer: isServer, self.buffers)
        }
    }

    /// Begins: sends `head`, tells the owner, and reads; `unread` came behind the handshake.
    func open(head: [UInt8], unread: [UInt8], owner: any WebSocketOwner) {
        self.owner = owner
        self.buffers.connections[ObjectIdentifier(self)] = self
        if !head.isEmpty { self.sendNow { out in head.withUnsafeBufferPointer { out.append(gt_bytes($0)) } } }
        guard self.state != .closed else { return }
        if !unread.isEmpty { unread.withUnsafeBufferPointer { self.keep($0.baseAddress, $0.count) } }
        // Not inside the caller, which may be a request's greenlet.
        self.loop.spawnCallback { self.opened() }
    }

    private func opened() {
        guard self.state != .closed else { return }
        self.owner?.take(.open)
        self.resume()
    }

    // MARK: The loop

    /// Whether more input is of use.
    var isReading: Bool {
        switch self.state {
        case .open: !(self.owner?.isBusy ?? false) && !self.isOutputFull
        case .closing: !self.isOutputFull
        case .finishing: true
        case .closed: false
        }
    }

    func updateInterest() {
        guard self.state != .closed else { return }
        var wanted = IOLoop.Events.none
        if self.isReading || self.writeNeedsRead { wanted.insert(.read) }
        if (self.output != nil && !self.writeNeedsRead) || self.readNeedsWrite { wanted.insert(.write) }
        guard !self.isWatched || wanted != self.interest else { return }
        if self.isMuted, wanted == .none { return }
        self.isMuted = false
        self.interest = wanted
        do {
            if self.isWatched {
                try self.loop.updateHandler(self.transport.descriptor, wanted)
            } else {
                try self.loop.addReadinessHandler(self.transport.descriptor, wanted) { _, events in self.ready(events) }
                self.isWatched = true
            }
        } catch {
            Log.general.error("A WebSocket can't be waited for: \(error)")
            self.lost()
        }
    }

    private func ready(_ events: IOLoop.Events) {
        if self.output != nil, events.contains(.write) || (self.writeNeedsRead && events.contains(.read)) {
            self.flushOutput()
        }
        guard self.state != .closed else { return }
        if events.contains(.read) || (self.readNeedsWrite && events.contains(.write)) {
            self.readNeedsWrite = false
            self.readable()
        }
        guard !events.isDisjoint(with: .error), self.state != .closed else { return }
        // A reset or a hang-up: what came before it is there still, for when the owner is free.
        if !self.isReading, self.output == nil {
            self.mute()
        } else if !events.contains(.read) {
            self.lost()
        }
    }

    private func mute() {
        guard self.isWatched else { return }
        try? self.loop.removeHandler(self.transport.descriptor)
        self.isWatched = false
        self.isMuted = true
    }

    // MARK: The end

    /// There is no connection any more.
    func lost() {
        if self.state == .open || self.state == .closing { self.closeCode = WebSocketCloseReason.abnormal }
        self.dispose()
    }

    /// Gives everything back; the owner is told.
    func dispose() {
        guard self.state != .closed else { return }
        self.state = .closed
        if self.isWatched { try? self.loop.removeHandler(self.transport.descriptor) }
        self.isWatched = false
        self.transport.close()
        self.stopTimers()
        self.rest = nil
        self.output = nil
        self.partial = []
        self.compression = nil
        self.buffers.connections[ObjectIdentifier(self)] = nil
        self.tellClosed()
    }

    func stopTimers() {
        if let timer = self.closeTimer { self.loop.removeTimeout(timer) }
        if let timer = self.pingTimer { self.loop.removeTimeout(timer) }
        self.closeTimer = nil
        self.pingTimer = nil
    }

    /// Tells the owner of the end, once, and whoever waits for room.
    func tellClosed() {
        self.drained?.set()
        guard let owner = self.owner else { return }
        self.owner = nil
        // Not inside whatever call of the app's has brought this about.
        if self.buffers.turn === self { owner.take(.closed) } else { self.loop.spawnCallback { owner.take(.closed) } }
    }
}
