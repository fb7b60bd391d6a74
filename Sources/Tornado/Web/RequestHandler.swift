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
/// without `finish()` is finished for it, unless `autoFinish` was set to false. See `AsyncRequestHandler` for methods
/// that wait.
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
    /// The first piece written, kept as it is: most answers are one string.
    var text = ""
    var isFinished = false
    var areHeadersWritten = false
    var isOutputFull = false
    var wasToldOfClose = false

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
    open func computeEtag() -> String? { self.withBody { EntityTag.of($0.buffer) } }

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
    func run() {
        do {
            let method = try self.checkedMethod()
            try self.request.parseInput()
            try self.prepare()
            if self.isFinished { return }
            try self.call(method)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    /// Runs `prepare`; the body, and the method behind it, come later.
    func runStreaming() {
        do {
            let method = try self.checkedMethod()
            try self.request.parseInput()
            try self.prepare()
            if self.isFinished { return }
            guard !self.request.awaitsBody else { return self.request.continueIfAsked() }
            try self.call(method)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    /// A piece of a streamed body.
    func received(_ chunk: [UInt8]) {
        guard !self.isFinished else { return }
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
        do {
            try self.call(try self.checkedMethod())
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    /// The client has gone before the answer was complete.
    func connectionClosed() {
        guard !self.wasToldOfClose else { return }
        self.wasToldOfClose = true
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
