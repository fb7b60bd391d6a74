// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Answers requests: subclass it, override the methods to be answered, and put the class into an `Application`.
///
/// ```swift
/// final class Story: RequestHandler {
///     override func get() throws {
///         write("This is story \(pathArguments[0])")
///     }
/// }
/// let app = Application([.url("/story/([0-9]+)", Story.self)])
/// ```
///
/// One handler is made for each request. Its methods are called on the loop's thread, `initialize` first, then
/// `prepare`, then the method, last `onFinish`. A method that throws is answered with an error page; one that returns
/// without `finish()` is finished for it, unless `autoFinish` was set to false.
///
/// Under gtornado `prepare`, `dataReceived`, the method and what they call run in a greenlet of their own: they may call
/// functions that block, and others are served meanwhile (see `Cores`). `setDefaultHeaders`, `initialize` and
/// `onConnectionClose` run on the loop itself and must not block. See `AsyncRequestHandler` for methods that `await`.
open class RequestHandler {
    /// The application that the request came to.
    public let application: Application
    /// The request to answer.
    public let request: HTTPServerRequest
    /// Whether the answer ends when the method returns.
    ///
    /// Set it to false where `finish()` is called later.
    public final var autoFinish: Bool {
        get { self.endsByItself }
        set { self.endsByItself = newValue }
    }

    // Private, so that the compiler sees every access and needs no check at run time.
    private final var endsByItself = true

    var status: Int32 = 200
    /// Nil as long as nothing of it is used.
    final var extras: HandlerExtras?
    var isDateCleared = false
    /// What the framework itself has last computed: that it can be sent need not be looked at.
    final var ownEtag = ""
    /// The first piece written, kept as it is: most answers are one string.
    var text = ""
    var isFinished = false
    var areHeadersWritten = false
    var isOutputFull = false
    var wasToldOfClose = false
    /// The client went, and `endsOnDisconnect` had the greenlet interrupted.
    var isEndedByClient = false
    /// What a client that goes ends, if the class wants that; its handle is dead when the methods have returned.
    ///
    /// Nil outside of that time, and where there are no greenlets.
    var greenlet: OpaquePointer?

    /// Made by the framework, once a request.
    ///
    /// Set up in `initialize` instead.
    public required init(application: Application, request: HTTPServerRequest) {
        self.application = application
        self.request = request
    }

    // MARK: Entry points

    /// The methods answered at all: others are answered with 405.
    ///
    /// Override it to have `Allow` say less than Tornado's seven.
    open class var supportedMethods: [String] { RequestMethod.allCases.map { "\($0.name)" } }

    /// Whether the body is handed to `dataReceived` as it arrives, instead of being collected.
    open class var streamRequestBody: Bool { false }

    /// Whether a client that closes its connection, or only its sending half, before the answer is complete ends the
    /// handler's greenlet.
    ///
    /// What the handler is waiting for then fails, as does what it waits for afterwards: blocking calls of C libraries
    /// with `ECANCELED`, until the method has returned or thrown. An error that it throws by then is not logged. The
    /// access line says 499. Without greenlets it has no effect; a handler that goes on waiting in a loop, without looking
    /// at what fails, holds up the process.
    open class var endsOnDisconnect: Bool { false }

    /// Called first, with the route's arguments.
    open func initialize(_ arguments: HandlerArguments) throws {}

    /// Called before the method.
    ///
    /// May answer, and so keep the method from being called.
    open func prepare() throws {}

    /// Called with each piece of the body, between `prepare` and the method, if `streamRequestBody` is true.
    open func dataReceived(_ chunk: [UInt8]) throws {
        throw HTTPError(500, "\(type(of: self)) has streamRequestBody but does not override dataReceived().")
    }

    /// Called when the answer has been handed over.
    open func onFinish() {}

    /// Called if the client goes before the answer is complete.
    ///
    /// Also a client that only closed its sending half.
    open func onConnectionClose() {}

    /// Called before anything else is written to the answer, and again when an error page replaces it: set headers that
    /// every answer is to have.
    open func setDefaultHeaders() throws {}

    /// Answers GET.
    open func get() throws { throw self.notAllowed() }
    /// Answers HEAD.
    open func head() throws { throw self.notAllowed() }
    /// Answers POST.
    open func post() throws { throw self.notAllowed() }
    /// Answers DELETE.
    open func delete() throws { throw self.notAllowed() }
    /// Answers PATCH.
    open func patch() throws { throw self.notAllowed() }
    /// Answers PUT.
    open func put() throws { throw self.notAllowed() }
    /// Answers OPTIONS.
    open func options() throws { throw self.notAllowed() }

    /// Writes the error page.
    ///
    /// `error` is what the handler threw, if it threw.
    open func writeError(_ statusCode: Int, error: (any Error)?) throws {
        try self.writeStandardError(statusCode, error)
    }

    /// Logs what a handler threw.
    open func logException(_ error: any Error) {
        self.logStandardException(error)
    }

    /// The answer's entity tag, quotes included; nil for none.
    ///
    /// Called for complete 200 answers to GET and HEAD that set no `Etag` of their own.
    open func computeEtag() -> String? {
        let tag = self.withBody { EntityTag.of($0.buffer) }
        self.ownEtag = tag
        return tag
    }

    // MARK: Running

    var isStreaming: Bool { type(of: self).streamRequestBody }

    /// The application's settings.
    public final var settings: Application.Settings { self.application.settings }

    /// The head is complete: runs the handler, or waits for the body.
    final func begin(_ arguments: HandlerArguments) {
        do {
            try self.setDefaultHeaders()
            try self.initialize(arguments)
        } catch {
            return self.handle(error)
        }
        if self.isStreaming {
            self.runStreaming()
        } else if self.request.awaitsBody {
            self.request.continueIfAsked()
        } else {
            self.run()
        }
    }

    /// Runs the handler; the body, if it is not streamed, is there.
    func run() { self.runSynchronously() }

    /// Runs the handler as far as it can without its body, or in a greenlet that waits for it.
    func runStreaming() {
        if self.request.awaitsBody, self.request.server.suspend != nil { self.made.streamedBody = StreamedBody() }
        self.runSynchronously()
    }

    /// Whether the methods are known not to wait for anything, so that they need no greenlet.
    var neverWaits: Bool { false }

    /// The synchronous methods, one after the other.
    func perform() {
        do {
            let method = try self.checkedMethod()
            try self.request.parseInput()
            try self.prepare()
            if self.isFinished { return }
            if let body = self.extras?.streamedBody {
                try self.receive(body)
                if self.isFinished { return }
            } else if self.request.awaitsBody {
                // The rest comes later.
                return self.request.continueIfAsked()
            }
            try self.call(method)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    /// A piece of a streamed body.
    func received(_ chunk: [UInt8]) {
        guard !self.isFinished else { return }
        if let body = self.extras?.streamedBody { return body.add(chunk, of: self.request) }
        do {
            try self.dataReceived(chunk)
        } catch {
            self.handle(error)
        }
    }

    /// The body is complete.
    func bodyComplete() {
        guard self.isStreaming else { return self.run() }
        guard !self.isFinished else { return }
        if let body = self.extras?.streamedBody { return body.wake(self.request) }
        do {
            try self.call(try self.checkedMethod())
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    /// There will be no more of the body, since what came of it can't be decompressed or is too much.
    func bodyFailed(_ error: any Error) {
        guard !self.isFinished else { return }
        if let body = self.extras?.streamedBody { body.wake(self.request) } else { self.handle(error) }
    }

    /// The client has gone before the answer was complete.
    func connectionClosed() {
        self.extras?.streamedBody?.wake(self.request)
        guard !self.wasToldOfClose else { return }
        self.wasToldOfClose = true
        self.endGreenlet()
        self.onConnectionClose()
    }

    final func checkedMethod() throws -> RequestMethod {
        guard let method = RequestMethod(self.request.head.method) else { throw self.notAllowed() }
        return method
    }

    func call(_ method: RequestMethod) throws {
        switch method {
        case .get: try self.get()
        case .head: try self.head()
        case .post: try self.post()
        case .delete: try self.delete()
        case .patch: try self.patch()
        case .put: try self.put()
        case .options: try self.options()
        }
    }

    final func methodReturned() {
        if self.endsByItself, !self.isFinished { self.finish() }
    }

    /// The methods listed in `Allow`.
    var allowedMethods: [String] { type(of: self).supportedMethods }

    final func notAllowed() -> any Error {
        MethodNotAllowed(allowed: self.allowedMethods.filter { $0 != self.request.method })
    }
}

extension HTTPServerRequest {
    /// Tells a client that waits for 100 Continue to go on.
    func continueIfAsked() {
        if self.head.flags & UInt32(GT_REQUEST_EXPECT_CONTINUE) != 0 { self.wantBody(true) }
    }
}

/// A method that a handler does not have: 405, with the `Allow` field that HTTP asks for.
struct MethodNotAllowed: HTTPStatusError {
    let allowed: [String]
    var statusCode: Int { 405 }
}
