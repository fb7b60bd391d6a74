// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

extension BaseIOStream {
    /// Has `callback` called by the loop when the stream has closed, after those of reads and writes; nil for nobody.
    ///
    /// ```swift
    /// stream.setCloseCallback { print("gone: \(stream.error.map { "\($0)" } ?? "in good order")") }
    /// ```
    ///
    /// If the stream is closed already, it is called soon.
    public final func setCloseCallback(_ callback: (() throws -> Void)?) {
        self.loop.checkThread("IOStream.setCloseCallback")
        self.closeCallback = callback
        if self.closed { self.callCloseCallback() } else if !self.isPumping { self.settle() }
    }

    /// Closes the stream: what has come can still be read, what the kernel has not taken is dropped, and who waits for more
    /// is told ``StreamClosedError``.
    ///
    /// - Parameter error: Why, for ``error`` and for who waits; nil is in good order.
    public final func close(_ error: (any Error)? = nil) {
        self.loop.checkThread("IOStream.close")
        guard !self.closed else { return }
        if let error { self.error = error } else if self.isCorked { self.flush() }
        // Writing the last bytes may have failed.
        guard !self.closed else { return }
        let wasOpen = self.phase == .open
        self.disarm()
        self.phase = .closed
        self.closeDescriptor(politely: wasOpen && error == nil && self.outbox.isEmpty)
        self.outbox = StreamBuffer()
        self.dropGivenUp()
        self.endReadAtClose()
        self.failWaits()
        self.callCloseCallback()
        self.held = nil
    }

    /// A read that what is there satisfies ends well; where everything was wanted, that is what there is.
    private final func endReadAtClose() {
        guard self.request.isPending else { return }
        switch self.look() {
        case .end(let count): self.deliverLater(count)
        case .nothing where self.request.kind == .untilClose && self.hasAll: self.deliverLater(self.inbox.count)
        case .nothing, .tooLong:
            let error = StreamClosedError(realError: self.error)
            self.keepTarget()
            self.later(self.endRequest()) { try $0.fail(error) }
        }
    }

    private final func deliverLater(_ count: Int) {
        if self.request.target != nil { return self.later(self.endRequest()) { try $0.end(count) } }
        let bytes = [UInt8](self.inbox.bytes[..<count])
        self.inbox.drop(count)
        self.inbox.release()
        self.later(self.endRequest()) { completion in try bytes.withUnsafeBytes { try completion.end($0) } }
    }

    /// Greenlets and tasks go on later by themselves; callbacks are called by the loop.
    private final func later(_ completion: ReadCompletion, _ body: @escaping (ReadCompletion) throws -> Void) {
        if case .waiter = completion { return self.call { try body(completion) } }
        self.loop.spawnCallback { self.call { try body(completion) } }
    }

    /// What a failed read has put into the reader's memory can still be read.
    final func keepTarget() {
        guard let target = self.request.target, self.request.filled > 0 else { return }
        self.inbox.append(UnsafeRawBufferPointer(rebasing: target[..<self.request.filled]))
        self.request.target = nil
    }

    private final func failWaits() {
        let failure = StreamClosedError(realError: self.error)
        let writes = self.writes
        self.writes = []
        for write in writes { self.tell(write.completion, .failure(failure)) }
        guard let opening = self.opening else { return }
        self.opening = nil
        // Who connects wants to know why that failed, and not that nothing is open.
        self.tell(opening, .failure(self.error ?? failure))
    }

    private final func callCloseCallback() {
        guard let callback = self.closeCallback else { return }
        self.closeCallback = nil
        self.loop.spawnCallback(callback)
    }

    // MARK: The peer's end

    /// Tells the reader that no more will come.
    final func tellEnd() {
        guard self.request.isPending else { return }
        if self.request.kind == .untilClose, self.hasAll {
            let bytes = [UInt8](self.inbox.bytes)
            self.inbox.drop(bytes.count)
            let completion = self.endRequest()
            return self.call { try bytes.withUnsafeBytes { try completion.end($0) } }
        }
        self.endWasTold = true
        self.keepTarget()
        let completion = self.endRequest()
        let error = StreamClosedError(realError: self.error)
        self.call { try completion.fail(error) }
    }

    /// Closes once what came before the end was read, or somebody was told of it, and the rest was written.
    final func settleEnd() {
        guard self.closesAtEnd, self.inbox.isEmpty || self.endWasTold, !self.isPumpScheduled else { return }
        if self.outbox.isEmpty { self.close(nil) }
    }

    /// Says to the peer that no more will come, once everything has left; reading goes on.
    ///
    /// ```swift
    /// try stream.write(request)
    /// try stream.closeWriting()
    /// let reply = try stream.readUntilClose()
    /// ```
    ///
    /// - Throws: ``StreamClosedError``.
    public final func closeWriting() throws {
        self.loop.checkThread("IOStream.closeWriting")
        if self.closed { throw StreamClosedError(realError: self.error) }
        guard !self.isWritingEnded else { return }
        self.isWritingEnded = true
        guard self.outbox.isEmpty, self.phase == .open else { return }
        self.endSending()
        if self.isEndUnsaid, !self.isPumping { self.settle() }
    }

    /// For deinit, where nobody can wait any more.
    final func abandon() {
        guard !self.closed else { return }
        self.phase = .closed
        let fd = self.fileno
        if self.armed != nil {
            self.armed = nil
            // Its handler knows that it has gone, but the descriptor must not be another's while the loop has one for it.
            guard self.loop.isOnThread else { return self.abandonElsewhere(fd) }
            try? self.loop.removeHandler(fd)
        }
        self.closeDescriptor(politely: false)
    }

    private final func abandonElsewhere(_ fd: Int32) {
        let loop = self.loop
        self.releaseDescriptor()
        loop.addCallback {
            try? loop.removeHandler(fd)
            Glibc.close(fd)
        }
    }
}
