// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Logging
import TornadoCore

/// What a core does: the synchronous part of answering one request.
enum CoreWork {
    case handler(RequestHandler)
    /// The function of a server that has no application.
    case callback(HTTPServerRequest)

    var request: HTTPServerRequest {
        switch self {
        case .handler(let handler): handler.request
        case .callback(let request): request
        }
    }

    /// Begins it in a greenlet; false, with `errno` set, if there can be none.
    ///
    /// The greenlet holds one reference to the handler, or to the request, until it ends.
    @inline(__always)
    func spawn(_ suspend: UnsafePointer<gt_suspend>) -> Bool {
        switch self {
        case .handler(let handler):
            let context = Unmanaged.passRetained(handler)
            if handler.request.spawn(suspend, Self.runHandler, context.toOpaque()) { return true }
            context.release()
        case .callback(let request):
            let context = Unmanaged.passRetained(request)
            if request.spawn(suspend, Self.runCallback, context.toOpaque()) { return true }
            context.release()
        }
        return false
    }

    func runInPlace() {
        switch self {
        case .handler(let handler): handler.perform()
        case .callback(let request): request.performCallback()
        }
    }

    /// There is no core for it: 503.
    func refuse(retryAfter seconds: Int) {
        let error = CoresFull(retryAfter: seconds)
        switch self {
        case .handler(let handler):
            handler.handle(error)
        case .callback(let request):
            try? request.connection.writeHeaders(503, ["Retry-After": "\(seconds)"], contentLength: 0)
            try? request.connection.finish()
        }
    }

    private static let runHandler: gt_callback = { context in
        guard let context else { return }
        let handler = Unmanaged<RequestHandler>.fromOpaque(context)
        handler._withUnsafeGuaranteedRef { handler in
            // Held by the server, as that is by the request, and the request by its handler.
            let cores = handler.request.server.coresReference
            handler.performInGreenlet(handler.request.server.suspend)
            Greenlet.endsNow()
            cores._withUnsafeGuaranteedRef { $0.release() }
        }
        handler.release()
    }

    private static let runCallback: gt_callback = { context in
        guard let context else { return }
        let request = Unmanaged<HTTPServerRequest>.fromOpaque(context).takeRetainedValue()
        // A client that went between being given a core and getting its turn.
        if request.answer != .lost { request.performCallbackInGreenlet() }
        Greenlet.endsNow()
        request.server.cores.release()
    }
}

/// Every core is busy, and the request may not wait: 503, with the `Retry-After` field that HTTP has for it.
struct CoresFull: HTTPStatusError {
    let retryAfter: Int
    var statusCode: Int { 503 }
}
