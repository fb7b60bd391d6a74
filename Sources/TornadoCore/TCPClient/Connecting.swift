// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Where to connect to, and how.
struct ConnectTarget {
    enum Place {
        case host(String, Int, AddressFamily)
        case unix(String)
    }

    let place: Place
    var sslOptions: SSLOptions?
    var maxBufferSize: Int?
    var sourceIP: String?
    var sourcePort: Int?
}

extension ConnectTarget: CustomStringConvertible {
    var description: String {
        switch self.place {
        case .host(let host, let port, _): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// One connection on its way: the host is looked up, its addresses tried, TLS agreed on, all in one time.
///
/// The loop holds it, by a question, a handler or a timeout, until it is over.
final class Connecting {
    private let target: ConnectTarget
    private let resolver: any Resolver
    private let loop: IOLoop
    private let reply: Reply<IOStream>
    private var isOver = false
    private var timer: Timeout?
    private var deadline = Double.infinity
    private var context: TLSContext?
    private var question: Pending?
    private var connector: Connector?
    private var stream: IOStream?

    init(
        _ target: ConnectTarget,
        _ resolver: any Resolver,
        _ loop: IOLoop,
        _ callback: @escaping (Result<IOStream, any Error>) throws -> Void
    ) {
        self.target = target
        self.resolver = resolver
        self.loop = loop
        self.reply = Reply(loop, callback)
    }

    func begin(_ timeout: Double?) {
        do {
            self.context = try self.target.sslOptions.map { try TLSContext($0, server: false) }
        } catch {
            return self.end(.failure(error))
        }
        if let timeout, timeout.isFinite {
            self.deadline = self.loop.time() + timeout
            self.timer = self.loop.callLater(timeout) { self.expire(after: timeout) }
        }
        switch self.target.place {
        case .unix(let path): self.connect(toUnix: path)
        case .host(let host, let port, let family): self.look(up: host, port, family)
        }
    }

    /// Closes what was opened; there is no call.
    func cancel() {
        self.isOver = true
        self.reply.forget()
        self.drop()
    }

    // MARK: Step by step

    private func look(up host: String, _ port: Int, _ family: AddressFamily) {
        var family = family
        if let source = self.target.sourceIP {
            guard let own = SocketAddress(numeric: source, port: 0),
                family == .unspecified || family == own.family
            else {
                return self.fail(.invalid, "sourceIP '\(source)' is no address of the kind that was asked for")
            }
            family = own.family
        }
        guard (1...65535).contains(port) else { return self.fail(.invalid, "a port is a number from 1 to 65535") }
        guard (0...65535).contains(self.target.sourcePort ?? 0) else {
            return self.fail(.invalid, "sourcePort is a number from 0 to 65535")
        }
        self.question = self.resolver.resolve(host, port, family: family) { self.found($0) }
    }

    private func found(_ answer: Result<[SocketAddress], any Error>) {
        self.question = nil
        guard !self.isOver else { return }
        switch answer {
        case .success(let addresses) where !addresses.isEmpty: self.connect(to: addresses)
        case .success: self.fail(.resolve, "the resolver has found no address")
        case .failure(let error): self.fail(.resolve, "\(error)", cause: error)
        }
    }

    private func connect(toUnix path: String) {
        guard let address = SocketAddress(unix: path) else {
            return self.fail(.invalid, "the path of a Unix socket has 1 to 107 bytes and no NUL")
        }
        self.connect(to: [address])
    }

    private func connect(to addresses: [SocketAddress]) {
        let left = self.deadline - self.loop.time()
        let connector = Connector(addresses, self.loop, within: left, from: self.source(for:)) { self.connected($0) }
        self.connector = connector
        connector.begin()
    }

    private func source(for address: SocketAddress) -> SocketAddress? {
        guard self.target.sourceIP != nil || self.target.sourcePort != nil else { return nil }
        let host = self.target.sourceIP ?? (address.family == .inet6 ? "::" : "0.0.0.0")
        return SocketAddress(numeric: host, port: self.target.sourcePort ?? 0)
    }

    private func connected(_ result: Result<(descriptor: Int32, address: SocketAddress), TCPClientError>) {
        self.connector = nil
        switch result {
        case .failure(let error):
            self.end(
                .failure(
                    TCPClientError(error.code, "Cannot connect to \(self.target)", attempts: error.attempts)
                )
            )
        case .success(let connection): self.startTLS(connection.descriptor)
        }
    }

    private func startTLS(_ descriptor: Int32) {
        let stream = IOStream(descriptor, maxBufferSize: self.target.maxBufferSize)
        guard let context = self.context, case .host(let host, _, _) = self.target.place else {
            return self.end(.success(stream))
        }
        self.stream = stream
        stream.secure(context, hostname: host)
        stream.waitForHandshake { result in
            self.stream = nil
            switch result {
            case .success: self.end(.success(stream))
            // The stream has closed itself.
            case .failure(let error): self.end(.failure(error))
            }
        }
    }

    // MARK: The end

    private func expire(after seconds: Double) {
        self.timer = nil
        let attempts = self.connector?.attempts ?? []
        let what = "Cannot connect to \(self.target) within \(seconds) s"
        var doing = ""
        if self.question != nil { doing = ": its address was not found yet" }
        if self.stream != nil { doing = ": TLS was not agreed on yet" }
        self.end(.failure(TCPClientError(.timeout, what + doing, attempts: attempts)))
    }

    private func fail(_ code: TCPClientError.Code, _ why: String, cause: (any Error)? = nil) {
        self.end(.failure(TCPClientError(code, "Cannot connect to \(self.target): \(why)", cause: cause)))
    }

    private func end(_ result: Result<IOStream, any Error>) {
        guard !self.isOver else {
            // It was taken back: nobody wants the connection.
            if case .success(let stream) = result { stream.close() }
            return
        }
        self.isOver = true
        self.drop()
        self.reply.give(result) { $0.close() }
    }

    private func drop() {
        if let timer = self.timer { self.loop.removeTimeout(timer) }
        self.timer = nil
        self.question?.cancel()
        self.question = nil
        self.connector?.cancel()
        self.connector = nil
        self.stream?.close()
        self.stream = nil
    }
}
