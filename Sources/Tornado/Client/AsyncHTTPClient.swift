// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit
import Synchronization
public import TornadoCore

/// Makes HTTP requests without holding the loop up: `http:` and `https:`, over connections that are kept and shared.
///
/// Three forms: a callback is told of the answer, a task awaits it, a greenlet waits for it.
///
/// ```swift
/// let client = AsyncHTTPClient()
/// client.fetch("http://localhost:8888/") { response in
///     try response.rethrow()
///     print(String(decoding: response.body, as: UTF8.self))
/// }
/// let response = try await client.fetch("http://localhost:8888/")  // in a task
/// let response = try client.fetch("http://localhost:8888/")        // in a greenlet
/// ```
///
/// There is one client for each loop, which all objects of this class on its thread share, unless one is asked for by
/// `forceInstance`: connections and limits are its own then. A client belongs to the thread of the loop that it was made on;
/// it works with and without gtornado (blocking forms need greenlets, or a loop that does not run yet).
public final class AsyncHTTPClient {
    let core: ClientCore
    private let isOwn: Bool
    private static let configuration = Mutex(HTTPClientSettings())

    /// The client of the calling thread's loop.
    ///
    /// - Parameters:
    ///   - forceInstance: Make another client, which is nobody else's and ends with this object, when its last fetch has.
    ///   - settings: What to make it with; nil is what ``configure(_:)`` was told. The loop's client, once it is made, does not
    ///     look at them.
    ///   - resolver: Whom to ask for addresses; nil is the runner's resolver, else libc's. The loop's client, once it is made,
    ///     does not look at this either.
    public init(
        forceInstance: Bool = false,
        settings: HTTPClientSettings? = nil,
        resolver: (any Resolver)? = nil
    ) {
        let loop = IOLoop.current
        self.isOwn = forceInstance
        let key = ObjectIdentifier(SharedCore.self)
        if !forceInstance, let shared = loop.attachments[key] as? SharedCore {
            self.core = shared.core
        } else {
            self.core = ClientCore(loop, settings ?? Self.configuration.withLock { $0 }, resolver)
            if !forceInstance { loop.attachments[key] = SharedCore(self.core) }
        }
    }

    deinit {
        if self.isOwn { self.core.abandon() }
    }

    /// Says what clients are made with from now on.
    ///
    /// From any thread.
    public static func configure(_ settings: HTTPClientSettings) {
        Self.configuration.withLock { $0 = settings }
    }

    /// What this client was made with.
    public var settings: HTTPClientSettings { self.core.settings }

    /// Connections that are open, those that wait for another request included.
    public var connectionCount: Int { self.core.connections }

    /// Closes the client: its fetches fail, and its connections are closed.
    ///
    /// The loop's client is closed for all who share it; whoever asks next gets a new one.
    public func close() {
        self.core.checkThread()
        let loop = self.core.loop
        let key = ObjectIdentifier(SharedCore.self)
        if let shared = loop.attachments[key] as? SharedCore, shared.core === self.core { loop.attachments[key] = nil }
        self.core.close()
    }
}

/// A loop's hold on its client, which ends with the loop.
private final class SharedCore {
    let core: ClientCore

    init(_ core: ClientCore) { self.core = core }

    deinit { self.core.close() }
}

extension ClientCore {
    func checkThread() {
        demand(
            self.loop.isOnThread,
            "AsyncHTTPClient was used on another thread than its loop's: make one there, AsyncHTTPClient()."
        )
    }
}
