// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// One request, as a server received it.
///
/// Everything is read from the server's own memory as long as that is valid, and made into Swift values when it is
/// asked for. A request that is kept beyond the server's call has a copy of its head. A request belongs to the loop's
/// thread.
public final class HTTPServerRequest {
    /// How far the answer has got.
    enum Answer {
        case none
        case begun
        case ended
        case lost
    }

    let server: HTTPServer
    /// The server's functions, from the registry.
    let table: UnsafePointer<gt_httpserver>
    /// Nil once the server has ended the exchange.
    var exchange: OpaquePointer?
    /// Views into the server's memory, or into `kept`.
    var head: gt_request
    /// The head's own copy, freed with the request.
    private var kept: UnsafeMutableRawPointer?
    var answer = Answer.none
    /// More of the body is to come.
    var awaitsBody: Bool
    /// The client has sent its end of file.
    var isPeerClosed = false
    /// Told of the body and of the end, as long as the request is under way.
    var handler: RequestHandler?
    var details: RequestDetails?
    /// Nanoseconds on the monotonic clock.
    private let started: UInt64

    /// The whole body; empty for a handler that streams it.
    public internal(set) var body: [UInt8] {
        get { self.collected }
        set { self.collected = newValue }
    }

    // Private, so that the compiler sees every access and needs no check at run time.
    private var collected: [UInt8] = []

    var hasBody: Bool { !self.collected.isEmpty }

    /// Taken out and put back, not copied: no access to the property stays open meanwhile.
    func appendToBody(_ piece: UnsafeBufferPointer<UInt8>) {
        var body = self.collected
        self.collected = []
        body.append(contentsOf: piece)
        self.collected = body
    }

    @inline(__always)
    init(server: HTTPServer, exchange: OpaquePointer?, view: UnsafePointer<gt_request>) {
        self.table = server.table
        self.server = server
        self.exchange = exchange
        self.head = HTTPServerRequest.whole(view)
        self.awaitsBody = view.pointee.content_length != 0
        self.started = self.head.arrived != 0 ? self.head.arrived : HTTPServerRequest.clock()
    }

    /// A head of a server that may be older than this, and so shorter.
    @inline(__always)
    private static func whole(_ view: UnsafePointer<gt_request>) -> gt_request {
        if Int(view.pointee.size) >= MemoryLayout<gt_request>.size { return view.pointee }
        var head = gt_request()
        memcpy(&head, view, min(Int(view.pointee.size), MemoryLayout<gt_request>.size))
        return head
    }

    deinit {
        self.kept?.deallocate()
    }

    @inline(__always)
    private static func clock() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(truncatingIfNeeded: now.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: now.tv_nsec)
    }

    /// Seconds since the server came to the request's head.
    ///
    /// With the time that pipelined requests of the same packet took before it, unless they were put aside.
    public func requestTime() -> Double {
        Double(HTTPServerRequest.clock() &- self.started) / 1e9
    }

    /// Copies the head: one block holds the header table and all bytes.
    ///
    /// Called when the request outlives the server's call, in which alone the views are valid.
    func keepHead() {
        guard self.kept == nil else { return }
        if self.exchange != nil { _ = self.remoteIP }
        let count = self.head.header_count
        let table = count * MemoryLayout<gt_header>.stride
        var size = table + self.head.method.size + self.head.target.size + self.head.host.size
        for index in 0..<count { size += self.head.headers[index].name.size + self.head.headers[index].value.size }
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(size, 1),
            alignment: MemoryLayout<gt_header>.alignment
        )
        var used = table
        func copy(_ view: gt_bytes) -> gt_bytes {
            guard view.size > 0, let data = view.data else { return gt_bytes(data: nil, size: 0) }
            let place = block + used
            place.copyMemory(from: data, byteCount: view.size)
            used += view.size
            return gt_bytes(data: place.assumingMemoryBound(to: UInt8.self), size: view.size)
        }
        let headers = block.bindMemory(to: gt_header.self, capacity: count)
        for index in 0..<count {
            let field = self.head.headers[index]
            (headers + index).initialize(to: gt_header(name: copy(field.name), value: copy(field.value)))
        }
        self.head.method = copy(self.head.method)
        self.head.target = copy(self.head.target)
        self.head.host = copy(self.head.host)
        self.head.headers = UnsafePointer(headers)
        self.kept = block
    }

    /// Gives a field of the head another name, in the head's own copy.
    func renameField(_ index: Int, _ name: StaticString) {
        self.keepHead()
        self.kept?.assumingMemoryBound(to: gt_header.self)[index].name = gt_bytes(name)
        self.details?.headers = nil
    }

    /// The first field of a lowercase name, as the server holds it.
    func field(_ name: StaticString) -> gt_bytes? {
        for index in 0..<self.head.header_count where self.head.headers[index].name.equalsLowercased(name) {
            return self.head.headers[index].value
        }
        return nil
    }

    /// What was made of the request so far, made on first use.
    var parsed: RequestDetails {
        if let details { return details }
        let details = RequestDetails()
        self.details = details
        return details
    }

    /// Answering without a handler, as a request callback or a fallback does.
    public var connection: HTTPConnection { HTTPConnection(request: self) }
}

/// What is made of a request when it is asked for; most requests never have one.
final class RequestDetails {
    var headers: HTTPHeaders?
    var query: FormArguments?
    var form: FormArguments?
    var files: [String: [HTTPFile]] = [:]
    var cookies: [String: String]?
    var remoteIP: String?
    var scheme: String?
    var drained: [() -> Void] = []
    /// Told of more of the body, by who reads it in a greenlet.
    var bodyWaiter: (() -> Void)?
    /// Between the server and the handler, if the body is decompressed on its way.
    var compressedBody: CompressedBody?
    /// Why there will be no more of the body.
    var bodyError: (any Error)?
    /// The greenlet of a callback that is to end with its client.
    var greenlet: OpaquePointer?
    /// That has happened.
    var isEndedByClient = false
    /// Held while the request waits for a core.
    var place: WaitingLine<CoreWork>.Place?
}
