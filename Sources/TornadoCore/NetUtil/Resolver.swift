// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Who knows the addresses of hosts.
///
/// ```swift
/// let resolver = DefaultResolver()
/// let addresses = try resolver.resolve("example.com", 443)            // in a greenlet
/// let same = try await resolver.resolve("example.com", 443)           // in a task
/// resolver.resolve("example.com", 443) { answer in print(answer) }    // on the loop
/// ```
///
/// A resolver belongs to the thread that makes it. One of one's own needs only the callback form.
public protocol Resolver: AnyObject {
    /// Asks for a host's addresses.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text, which needs no asking.
    ///   - port: 0 to 65535: it comes back in the addresses.
    ///   - family: What kind of addresses to ask for.
    ///   - callback: Called once on the loop's thread, never inside this call, with one address or more, or with why there is
    ///     none.
    /// - Returns: The question, to take it back: there is no call then.
    @discardableResult
    func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending
}

extension Resolver {
    /// Asks for a host's addresses of any kind: see ``resolve(_:_:family:_:)``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.resolve(host, port, family: .unspecified, callback)
    }

    /// Asks for a host's addresses; suspends the greenlet until they are there.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text, which needs no asking.
    ///   - port: 0 to 65535: it comes back in the addresses.
    ///   - family: What kind of addresses to ask for.
    /// - Returns: One address or more, the best first.
    /// - Throws: ``ResolverError``; why the caller cannot wait, or what was thrown into it meanwhile.
    public func resolve(_ host: String, _ port: Int, family: AddressFamily = .unspecified) throws -> [SocketAddress] {
        try ThreeForms.blocking("Resolver.resolve") { self.resolve(host, port, family: family, $0) }
    }

    /// Asks for a host's addresses; suspends the task, which must be on this thread, until they are there.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text, which needs no asking.
    ///   - port: 0 to 65535: it comes back in the addresses.
    ///   - family: What kind of addresses to ask for.
    /// - Returns: One address or more, the best first.
    /// - Throws: ``ResolverError``; `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily = .unspecified
    ) async throws -> [SocketAddress] {
        try await ThreeForms.awaiting { self.resolve(host, port, family: family, $0) }
    }
}
