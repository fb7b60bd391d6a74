// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var connectChecks: [Check] {
    Form.available.flatMap { form in
        [
            Check("\(form): connect") { loop in
                let (listener, port) = try Sockets.listening()
                defer { close(listener) }
                let stream = IOStream(Sockets.unconnected())
                try Call.connect(port).run(form, stream, on: loop)
                let peer = Peer(accept(listener, nil, nil))
                try Call.write(Array("hello".utf8)).run(form, stream, on: loop)
                try loop.run { peer.take() == Array("hello".utf8) }
                stream.close()
            },
            Check("\(form): connect where nobody listens") { loop in
                let (listener, port) = try Sockets.listening()
                close(listener)
                let stream = IOStream(Sockets.unconnected())
                let error = try expectError(OSError.self) { try Call.connect(port).run(form, stream, on: loop) }
                try expect(error.errno, equals: ECONNREFUSED)
                try expect(stream.closed, "it is open")
            },
        ]
    } + [
        Check("what is written while it connects goes out then") { loop in
            let (listener, port) = try Sockets.listening()
            defer { close(listener) }
            let stream = IOStream(Sockets.unconnected())
            var order: [String] = []
            stream.connect("127.0.0.1", port: port) { _ in order.append("connected") }
            stream.write("early") { _ in order.append("written") }
            try loop.run { order.count == 2 }
            try expect(order, equals: ["connected", "written"])
            let peer = Peer(accept(listener, nil, nil))
            try loop.run { peer.take() == Array("early".utf8) }
            stream.close()
        },
        Check("a connection that fails fails what waits, and calls the close callback") { loop in
            let (listener, port) = try Sockets.listening()
            close(listener)
            let stream = IOStream(Sockets.unconnected())
            var told = Set<String>()
            stream.setCloseCallback { told.insert("closed") }
            stream.connect("127.0.0.1", port: port) { if case .failure(is OSError) = $0 { told.insert("connect") } }
            stream.readUntil("\n") { if case .failure(is StreamClosedError) = $0 { told.insert("read") } }
            // The refusal may have come already.
            stream.write("x") { if case .failure(is StreamClosedError) = $0 { told.insert("write") } }
            try loop.run { told.count == 4 }
        },
        Check("Unix sockets are connected by path and by abstract name") { loop in
            for name in ["/tmp/streamapp-\(getpid()).sock", "@streamapp-\(getpid())"] {
                let listener = try unixListener(name)
                defer {
                    close(listener)
                    unlink(name)
                }
                let stream = IOStream(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
                try stream.connect(unix: name)
                let peer = Peer(accept(listener, nil, nil))
                try stream.write("hello")
                try loop.run { peer.take() == Array("hello".utf8) }
                stream.close()
            }
        },
        Check("what can't be connected to is refused in words") { loop in
            let stream = IOStream(Sockets.unconnected())
            let error = try expectError(StreamUsageError.self) { try stream.connect("localhost", port: 1) }
            try expect(error.description.contains("localhost"), "\(error)")
            stream.close()
            try expectError(StreamClosedError.self) { try stream.connect("127.0.0.1", port: 1) }
        },
        Check("setNodelay sets the socket's option, and harms no other socket") { loop in
            let ends = try Ends.tcp()
            ends.stream.setNodelay(true)
            var value: Int32 = 0
            var size = socklen_t(4)
            getsockopt(ends.stream.fileno, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size)
            try expect(value != 0, "it is not set")
            try Ends.unix().stream.setNodelay(true)
        },
    ]
}

private func unixListener(_ name: String) throws -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    let isAbstract = bytes.first == 0x40
    if isAbstract { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
    let code = withUnsafePointer(to: &address) { place in
        place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(listener, $0, size) == 0 && listen(listener, 5) == 0
        }
    }
    try expect(code, "no listener: \(String(cString: strerror(errno)))")
    return listener
}
