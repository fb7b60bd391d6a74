// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import ProviderKit
import TornadoCore

/// What the WebSockets of one loop share, so that an idle one has no buffers of its own; and the list of them.
///
/// Used on the loop's thread only. The input is freed with it, when the thread's last reference goes.
final class WebSocketBuffers {
    /// What one read takes at most.
    private static let inputSize = 128 * 1024

    /// What is sent at the end of a turn of ``turn``.
    let output = OutputBuffer(capacity: 16 * 1024)
    /// A frame on its way to the kernel, outside of turns.
    let scratch = OutputBuffer(capacity: 16 * 1024)
    /// A compressed message on its way into a frame.
    let compressed = OutputBuffer(capacity: 4 * 1024)
    /// Whose input is being worked on.
    unowned(unsafe) var turn: WebSocketConnection?
    /// All that are open.
    var connections: [ObjectIdentifier: WebSocketConnection] = [:]

    private var input: UnsafeMutableRawBufferPointer?
    private var masks: [UInt32] = []
    private var deflaters: [Int: MessageDeflater] = [:]
    private var inflaters: [Int: [MessageInflater]] = [:]

    deinit {
        self.input?.deallocate()
    }

    /// The room for one read.
    ///
    /// Given to one at a time: whoever asks while it is out gets one of its own.
    func withInput(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        let input = self.input ?? .allocate(byteCount: Self.inputSize, alignment: 64)
        self.input = nil
        body(input)
        if self.input == nil { self.input = input } else { input.deallocate() }
    }

    /// Four bytes that nobody can guess.
    func mask() -> UInt32 {
        if let mask = self.masks.popLast() { return mask }
        self.masks = [UInt32](unsafeUninitializedCapacity: 64) { words, count in
            // 256 bytes at most are given at once, and those always.
            let code = getentropy(words.baseAddress, words.count * MemoryLayout<UInt32>.size)
            demand(code == 0, "The system gives no random bytes, which a WebSocket client needs.")
            count = words.count
        }
        return self.masks.popLast() ?? 0
    }

    /// One that all share who keep no context.
    func deflater(windowBits: Int, _ options: WebSocketCompression) -> MessageDeflater? {
        let key = windowBits << 8 | options.level << 4 | options.memoryLevel
        if let deflater = self.deflaters[key] { return deflater }
        let deflater = MessageDeflater(
            windowBits: windowBits,
            level: options.level,
            memoryLevel: options.memoryLevel,
            keepsContext: false
        )
        self.deflaters[key] = deflater
        return deflater
    }

    /// One for a message, to be given back; or one for a connection.
    func takeInflater(windowBits: Int, shared: Bool) -> MessageInflater? {
        guard shared else { return MessageInflater(windowBits: windowBits, keepsContext: true) }
        return self.inflaters[windowBits]?.popLast() ?? MessageInflater(windowBits: windowBits, keepsContext: false)
    }

    func giveBack(_ inflater: MessageInflater, windowBits: Int) {
        if self.inflaters[windowBits, default: []].count < 4 {
            self.inflaters[windowBits, default: []].append(inflater)
        }
    }

    // MARK: Each thread's

    /// The calling thread's, in thread-specific storage, which holds one reference.
    static var current: WebSocketBuffers {
        if let place = pthread_getspecific(self.key) {
            return Unmanaged<WebSocketBuffers>.fromOpaque(place).takeUnretainedValue()
        }
        let buffers = WebSocketBuffers()
        pthread_setspecific(self.key, Unmanaged.passRetained(buffers).toOpaque())
        AppEnd.add { WebSocketShutdown.processEnds() }
        return buffers
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { buffers in
            if let buffers { Unmanaged<WebSocketBuffers>.fromOpaque(buffers).release() }
        }
        demand(code == 0, "This process has used up its thread-specific keys, and WebSockets need one.")
        return key
    }()
}
