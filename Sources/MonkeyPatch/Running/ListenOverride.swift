// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Synchronization

/// Stands before the server's `listen`: puts other addresses in the place of the app's first one, tells where servers
/// listen, and remembers why one could not.
final class ListenOverride: Sendable {
    private struct State {
        /// Addresses that wait for the app's first listen.
        var sockets: [String]
        var lastFailure: BindFailure?
    }

    private typealias Listen =
        @convention(c) (
            OpaquePointer?, UnsafePointer<CChar>?, Int32, Int32, UnsafeMutablePointer<gt_listening>?
        ) -> Int32

    private let original: Listen
    private let events: RunEvents
    private let state: Mutex<State>

    private init(_ original: @escaping Listen, sockets: [String], events: RunEvents) {
        self.original = original
        self.events = events
        self.state = Mutex(State(sockets: sockets))
    }

    /// The one in force: a C function has no context, and there is one plugin a process.
    private static let current = Mutex<ListenOverride?>(nil)

    /// Why the last address that could not be listened on could not; null if every one could.
    var lastFailure: BindFailure? {
        self.state.withLock { $0.lastFailure }
    }

    /// Addresses that were given and that no listen has asked for.
    var unusedSockets: [String] {
        self.state.withLock { $0.sockets }
    }

    /// Puts itself into the registry's HTTP server; null if the app has none.
    static func install(in registry: ProviderRegistry, sockets: [String], events: RunEvents) -> ListenOverride? {
        guard let table = registry.httpserver, let original = table.pointee.listen else { return nil }
        let override = ListenOverride(original, sockets: sockets, events: events)
        Self.current.withLock { $0 = override }
        registry.wrapHTTPServer { table in
            table.listen = { server, address, backlog, reuse, result in
                guard let override = ListenOverride.current.withLock({ $0 }) else { return -EINVAL }
                let wanted = address.map { String(cString: $0) } ?? ""
                return override.listen(server, wanted, (backlog, reuse), result)
            }
        }
        return override
    }

    private func listen(
        _ server: OpaquePointer?,
        _ address: String,
        _ how: (backlog: Int32, reuse: Int32),
        _ result: UnsafeMutablePointer<gt_listening>?
    ) -> Int32 {
        let sockets = self.state.withLock { state in
            defer { state.sockets = [] }
            return state.sockets
        }
        guard !sockets.isEmpty else { return self.bind(server, address, how, result) }
        for (index, socket) in sockets.enumerated() {
            guard self.bind(server, socket, how, index == 0 ? result : nil) < 0 else { continue }
            self.giveUp()
        }
        return 0
    }

    private func bind(
        _ server: OpaquePointer?,
        _ address: String,
        _ how: (backlog: Int32, reuse: Int32),
        _ result: UnsafeMutablePointer<gt_listening>?
    ) -> Int32 {
        var listening = gt_listening()
        listening.size = UInt32(MemoryLayout<gt_listening>.size)
        listening.fd = -1
        let status = self.original(server, address, how.backlog, how.reuse, &listening)
        if let result {
            let size = min(Int(result.pointee.size), MemoryLayout<gt_listening>.size)
            let known = result.pointee.size
            UnsafeMutableRawPointer(result).copyMemory(from: &listening, byteCount: size)
            if size >= MemoryLayout<UInt32>.size { result.pointee.size = known }
        }
        if status < 0 {
            let failure = BindFailure(address: address, listening, status)
            self.state.withLock { $0.lastFailure = failure }
        } else {
            self.state.withLock { $0.lastFailure = nil }
            self.events.listening(listening.urlText, listening.addressText)
        }
        return status
    }

    /// Ends the process.
    ///
    /// The person who gave the address is told; the app, which did not choose it, is not.
    private func giveUp() -> Never {
        guard let failure = self.lastFailure else { exit(MonkeyError.Code.cannotBind.exitStatus) }
        self.events.failed(failure.error)
        exit(MonkeyError.Code.cannotBind.exitStatus)
    }
}

extension BindFailure {
    fileprivate init(address: String, _ listening: gt_listening, _ status: Int32) {
        let number = status == Int32.min ? EIO : -status
        // A server may say all of it in one line: "cannot listen on ADDRESS: why; what to try".
        let text = listening.errorText
        let prefixes = ["cannot listen on \(address): ", "\(address): "]
        let why = prefixes.first { text.hasPrefix($0) }.map { String(text.dropFirst($0.count)) } ?? text
        let parts = why.splitOnce("; ") ?? (why, "")
        self.init(
            address: address,
            reason: parts.0.isEmpty ? SystemError.text(number) : parts.0,
            advice: parts.1,
            number: number
        )
    }
}

extension gt_listening {
    var urlText: String {
        withUnsafeBytes(of: self.url) { Self.text($0) }
    }

    var addressText: String {
        withUnsafeBytes(of: self.address) { Self.text($0) }
    }

    var errorText: String {
        withUnsafeBytes(of: self.error) { Self.text($0) }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
