// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// How a call waits.
enum Form: String, CaseIterable {
    case callback
    case task
    /// Plain, in a greenlet.
    case greenlet
    /// Plain, in the app's main while the loop does not run.
    case main

    static var available: [Form] { Form.allCases.filter { $0 != .greenlet || Greenlet.isAvailable } }
}

/// A call in its forms.
struct Call<Value> {
    let callback: (IOStream, @escaping (Result<Value, any Error>) -> Void) -> Void
    let task: (IOStream) async throws -> Value
    let plain: (IOStream) throws -> Value

    /// Makes the call in a form, and runs the loop until it is over.
    func run(_ form: Form, _ stream: IOStream, on loop: IOLoop) throws -> Value {
        switch form {
        case .main: return try self.plain(stream)
        case .task: return try loop.runSync(timeout: .seconds(20)) { try await self.task(stream) }
        case .greenlet:
            var result: Result<Value, any Error>?
            Greenlet.spawn {
                result = Result { try self.plain(stream) }
                loop.stop()
            }
            return try self.outcome(loop) { result }
        case .callback:
            var result: Result<Value, any Error>?
            var isInside = true
            self.callback(stream) {
                result = isInside ? .failure(CheckFailure(description: "called inside the call")) : $0
                loop.stop()
            }
            isInside = false
            return try self.outcome(loop) { result }
        }
    }

    private func outcome(_ loop: IOLoop, _ result: () -> Result<Value, any Error>?) throws -> Value {
        // Another may have stopped the loop.
        while result() == nil { try loop.start() }
        guard let result = result() else { throw CheckFailure(description: "there was no result") }
        return try result.get()
    }
}

extension Call<[UInt8]> {
    static func until(_ delimiter: String, maxBytes: Int? = nil) -> Call {
        Call(
            callback: { $0.readUntil(delimiter, maxBytes: maxBytes, $1) },
            task: { try await $0.readUntil(delimiter, maxBytes: maxBytes) },
            plain: { try $0.readUntil(delimiter, maxBytes: maxBytes) }
        )
    }

    static func regex(_ pattern: String, maxBytes: Int? = nil) -> Call {
        Call(
            callback: { stream, callback in
                do {
                    stream.readUntilRegex(try BytePattern(pattern), maxBytes: maxBytes, callback)
                } catch {
                    callback(.failure(error))
                }
            },
            task: { try await $0.readUntilRegex(BytePattern(pattern), maxBytes: maxBytes) },
            plain: { try $0.readUntilRegex(BytePattern(pattern), maxBytes: maxBytes) }
        )
    }

    static func bytes(_ count: Int, partial: Bool = false) -> Call {
        Call(
            callback: { $0.readBytes(count, partial: partial, $1) },
            task: { try await $0.readBytes(count, partial: partial) },
            plain: { try $0.readBytes(count, partial: partial) }
        )
    }

    static var untilClose: Call {
        Call(
            callback: { $0.readUntilClose($1) },
            task: { try await $0.readUntilClose() },
            plain: { try $0.readUntilClose() }
        )
    }

    static func into(_ count: Int, partial: Bool = false) -> Call {
        Call(
            callback: { stream, callback in
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
                stream.readInto(buffer, partial: partial) { result in
                    callback(result.map { [UInt8](buffer[..<$0]) })
                    buffer.deallocate()
                }
            },
            task: { stream in
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
                defer { buffer.deallocate() }
                return [UInt8](buffer[..<(try await stream.readInto(buffer, partial: partial))])
            },
            plain: { stream in
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
                defer { buffer.deallocate() }
                return [UInt8](buffer[..<(try stream.readInto(buffer, partial: partial))])
            }
        )
    }
}

extension Call<Void> {
    static func write(_ bytes: [UInt8]) -> Call {
        Call(
            callback: { $0.write(bytes, $1) },
            task: { try await $0.write(bytes) },
            plain: { try $0.write(bytes) }
        )
    }

    static func connect(_ port: UInt16, host: String? = nil) -> Call {
        Call(
            callback: { $0.connect("127.0.0.1", port: port, serverHostname: host, $1) },
            task: { try await $0.connect("127.0.0.1", port: port, serverHostname: host) },
            plain: { try $0.connect("127.0.0.1", port: port, serverHostname: host) }
        )
    }

    static func startTLS(_ options: SSLOptions, serverSide: Bool, host: String? = nil) -> Call {
        Call(
            callback: { $0.startTLS(serverSide: serverSide, sslOptions: options, serverHostname: host, $1) },
            task: { try await $0.startTLS(serverSide: serverSide, sslOptions: options, serverHostname: host) },
            plain: { try $0.startTLS(serverSide: serverSide, sslOptions: options, serverHostname: host) }
        )
    }

    static var waitForHandshake: Call {
        Call(
            callback: { $0.waitForHandshake($1) },
            task: { try await $0.waitForHandshake() },
            plain: { try $0.waitForHandshake() }
        )
    }
}
