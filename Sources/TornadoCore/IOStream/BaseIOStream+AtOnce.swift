// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a read has brought.
struct ReadOutcome {
    var bytes: [UInt8] = []
    /// How much was read into the reader's own memory.
    var count = 0
}

extension BaseIOStream {
    /// Ends the read that was begun, if it need not wait; nil if it must.
    ///
    /// - Throws: ``StreamClosedError``.
    final func endAtOnce() throws -> ReadOutcome? {
        while true {
            switch self.look() {
            case .end(let count): return self.taken(count)
            case .tooLong:
                let error = self.unsatisfiable
                self.endRequest()
                self.close(error)
                throw StreamClosedError(realError: error)
            case .nothing:
                if self.closed || self.isAtEnd { return try self.takenAtEnd() }
                // Once a turn of the loop: a peer that sends without end must not keep it from the others.
                guard self.hasPending, !self.hasFilledAtOnce else { return nil }
                self.hasFilledAtOnce = true
                self.fill()
            }
        }
    }

    /// Has the read that was begun tell `waiter` of its end.
    final func complete(with waiter: StreamWaiter) {
        self.completion = .waiter(waiter)
        // The loop would not tell of what TLS holds.
        if self.hasPending { self.schedulePump() }
        self.settle()
    }

    private final func taken(_ count: Int) -> ReadOutcome {
        let isInto = self.request.target != nil
        self.endRequest()
        if isInto { return ReadOutcome(count: count) }
        let outcome = ReadOutcome(bytes: [UInt8](self.inbox.bytes[..<count]))
        self.inbox.drop(count)
        if self.inbox.isEmpty, !self.isPumping { self.settle() }
        return outcome
    }

    private final func takenAtEnd() throws -> ReadOutcome {
        if self.request.kind == .untilClose, self.hasAll {
            return self.taken(self.inbox.count)
        }
        self.endWasTold = true
        self.keepTarget()
        self.endRequest()
        if !self.isPumping { self.settle() }
        throw StreamClosedError(realError: self.error)
    }
}
