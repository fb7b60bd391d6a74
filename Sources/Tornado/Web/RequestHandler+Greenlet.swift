// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Logging
import TornadoCore

/// Synchronous handlers in greenlets of their own.
extension RequestHandler {
    /// What the access line says of a request whose handler ended with its client, as nginx has it.
    static let clientClosedRequest: Int32 = 499

    /// Runs the synchronous methods: in a greenlet where there are any, else here.
    @inline(__always)
    final func runSynchronously() {
        if let suspend = self.request.server.suspend, !self.neverWaits {
            self.request.server.coresReference._withUnsafeGuaranteedRef { $0.run(.handler(self), suspend) }
        } else {
            self.perform()
        }
    }

    /// The greenlet's whole life.
    final func performInGreenlet(_ suspend: UnsafePointer<gt_suspend>?) {
        if type(of: self).endsOnDisconnect { self.greenlet = suspend?.pointee.current() }
        // A client that went between being given a core and getting its turn.
        if self.request.answer == .lost { self.endQuietly() } else { self.perform() }
        if self.greenlet != nil { self.greenlet = nil }
    }

    /// Hands the pieces of the body to `dataReceived`, until the last or until the answer has ended.
    final func receive(_ body: StreamedBody) throws {
        self.request.continueIfAsked()
        while let chunk = try body.next(of: self.request) {
            try self.dataReceived(chunk)
            if self.isFinished { return }
        }
    }

    /// The client has gone: makes the greenlet's waits fail, if the class wants that.
    final func endGreenlet() {
        guard type(of: self).endsOnDisconnect, let greenlet = self.greenlet, !self.isFinished else { return }
        self.isEndedByClient = true
        Greenlet.setAbandoned(greenlet, true)
    }

    /// What the handler does from here on, cleaning up, may wait again.
    final func endInterrupt() {
        guard self.isEndedByClient, let greenlet = self.greenlet else { return }
        Greenlet.setAbandoned(greenlet, false)
    }

    /// Ends a request that nobody waits for any more: no error page, and no error.
    final func endQuietly() {
        guard !self.isFinished else { return }
        Log.general.debug("\(LogText.summary(of: self.request)): the client has gone.")
        self.isFinished = true
        if !self.areHeadersWritten { self.status = Self.clientClosedRequest }
        self.request.abort()
        self.completed()
    }
}
