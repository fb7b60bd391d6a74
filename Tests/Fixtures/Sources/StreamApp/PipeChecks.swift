// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Both ends of a pipe.
private func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    try expect(pipe(&ends) == 0, "no pipe: \(String(cString: strerror(errno)))")
    return (ends[0], ends[1])
}

private func plainForms(_ form: Form, _ loop: IOLoop, _ body: @escaping () throws -> Void) throws {
    guard form == .greenlet else { return try body() }
    var result: Result<Void, any Error>?
    Greenlet.spawn {
        result = Result { try body() }
        loop.stop()
    }
    while result == nil { try loop.start() }
    try result?.get()
}

var pipeChecks: [Check] {
    Form.available.filter { $0 == .main || $0 == .greenlet }.flatMap { form in
        [
            Check("\(form): lines through a pipe, and its end") { loop in
                let ends = try makePipe()
                let input = PipeIOStream(ends.write)
                let output = PipeIOStream(ends.read)
                try plainForms(form, loop) {
                    try input.write("one\ntwo\nrest")
                    try expect(text(output.readUntil("\n")), equals: "one\n")
                    try expect(text(output.readBytes(3)), equals: "two")
                    input.close()
                    try expect(text(output.readUntilClose()), equals: "\nrest")
                    try expectError(StreamClosedError.self) { _ = try output.readBytes(1) }
                    try expect(output.closed, "it is open")
                }
            },
            Check("\(form): writing to a pipe that nobody reads fails, without a signal") { loop in
                let ends = try makePipe()
                let input = PipeIOStream(ends.write)
                close(ends.read)
                signal(SIGPIPE, SIG_DFL)
                try plainForms(form, loop) {
                    let error = try expectError(StreamClosedError.self) { try input.write("x") }
                    try expect((error.realError as? OSError)?.errno, equals: EPIPE)
                }
            },
        ]
    } + [
        Check("more than a pipe holds goes through it, with both ends on one loop") { loop in
            let ends = try makePipe()
            let input = PipeIOStream(ends.write)
            let output = PipeIOStream(ends.read)
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 >> 4) }
            var isWritten = false
            input.write(bytes) { _ in
                isWritten = true
                input.close()
            }
            try expect(input.writing, "the pipe took it all")
            var read: [UInt8]?
            output.readUntilClose { read = try $0.get() }
            try loop.run { read != nil }
            try expect(isWritten && read == bytes, "something else came")
        },
        Check("the close callback of a pipe's writing end comes when its reader goes") { loop in
            let ends = try makePipe()
            let input = PipeIOStream(ends.write)
            var closed = false
            input.setCloseCallback { closed = true }
            try loop.run(for: 0.01)
            try expect(!closed, "it was closed too early")
            close(ends.read)
            try loop.run { closed }
        },
        Check("a write that waits fails when the pipe's reader goes") { loop in
            let ends = try makePipe()
            let input = PipeIOStream(ends.write)
            var failure: (any Error)?
            input.write([UInt8](repeating: 1, count: 1_000_000)) {
                if case .failure(let error) = $0 { failure = error }
            }
            try loop.run(for: 0.01)
            close(ends.read)
            try loop.run { failure != nil }
            try expect(((failure as? StreamClosedError)?.realError as? OSError)?.errno, equals: EPIPE)
        },
        Check("a file on disk is refused in words, where the loop can't wait for it") { loop in
            let file = open("/proc/self/exe", O_RDONLY)
            let stream = PipeIOStream(file)
            guard loop.backend == "epoll" else { return try expect(try Call.file(stream, loop).count, equals: 10) }
            let error = try expectError(StreamClosedError.self) { _ = try Call.file(stream, loop) }
            try expect("\(error)".contains("just read or write it"), "\(error)")
        },
    ]
}

extension Call<Void> {
    fileprivate static func file(_ stream: PipeIOStream, _ loop: IOLoop) throws -> [UInt8] {
        var result: Result<[UInt8], any Error>?
        stream.readBytes(10) { result = $0 }
        try loop.run { result != nil }
        return try result?.get() ?? []
    }
}
