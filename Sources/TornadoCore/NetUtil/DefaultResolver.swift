// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// The resolver that is used where none is given: the runner's, as `--resolver` says, else libc's, on threads.
///
/// ```swift
/// let client = TCPClient(resolver: DefaultResolver())
/// ```
public final class DefaultResolver: Resolver {
    private let asker = LookupResolver(.any)

    /// A resolver of the calling thread's loop.
    public init() {}

    /// Asks: see ``Resolver``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.asker.resolve(host, port, family, callback)
    }
}

/// libc's resolver on threads, 64 at most, whatever the runner has.
///
/// A question that was taken back holds its thread until libc has its answer.
public final class ThreadedResolver: Resolver {
    private let asker = LookupResolver(.thread)

    /// A resolver of the calling thread's loop.
    public init() {}

    /// Asks: see ``Resolver``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.asker.resolve(host, port, family, callback)
    }
}

/// libc's resolver, asked at once by who asks: the loop stands still meanwhile, except under gtornado in a greenlet.
///
/// For tests, and where hosts are numbers or in the hosts file.
public final class BlockingResolver: Resolver {
    private let asker = LookupResolver(.caller)

    /// A resolver of the calling thread's loop.
    public init() {}

    /// Asks: see ``Resolver``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.asker.resolve(host, port, family, callback)
    }
}

/// What the resolvers that ask libc or a runner have in common.
struct LookupResolver {
    private let means: Lookup.Means
    private let loop = IOLoop.current

    init(_ means: Lookup.Means) {
        self.means = means
    }

    func resolve(
        _ host: String,
        _ port: Int,
        _ family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.loop.checkThread("Resolver.resolve")
        let number = UInt16(exactly: port)
        let question = Lookup.Question(host: host, port: number ?? 0, family: family)
        let reply = Reply(self.loop, callback)
        guard number != nil else {
            reply.give(.failure(ResolverError(question, error: EAI_SERVICE, number: 0)))
            return Pending { reply.forget() }
        }
        let lookup = Lookup(question, by: self.means) { reply.give($0.mapError { $0 }) }
        lookup.begin(self.loop)
        return Pending {
            reply.forget()
            lookup.cancel()
        }
    }
}
