// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// One behaviour, by its name.
struct Check {
    let name: String
    let body: (IOLoop) throws -> Void

    init(_ name: String, _ body: @escaping (IOLoop) throws -> Void) {
        self.name = name
        self.body = body
    }

    /// A check that runs as a task on the loop.
    init(task name: String, _ body: @escaping () async throws -> Void) {
        self.name = name
        self.body = { try $0.runSync(timeout: .seconds(30), body) }
    }

    /// A check that begins things and calls back when all is well.
    init(
        callback name: String,
        _ body: @escaping (IOLoop, @escaping (Result<Void, any Error>) -> Void) throws -> Void
    ) {
        self.name = name
        self.body = { loop in
            var result: Result<Void, any Error>?
            let limit = loop.callLater(30) { loop.stop() }
            loop.spawnCallback {
                do {
                    try body(loop) {
                        result = $0
                        loop.stop()
                    }
                } catch {
                    result = .failure(error)
                    loop.stop()
                }
            }
            try loop.start()
            loop.removeTimeout(limit)
            guard let result else { throw CheckFailure(description: "there was no call") }
            try result.get()
        }
    }
}

struct CheckFailure: Error, CustomStringConvertible {
    let description: String
}

/// Prints a line at once, whatever standard output is.
func say(_ line: String) {
    let text = line + "\n"
    _ = write(STDOUT_FILENO, text, text.utf8.count)
}

func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
    if !condition { throw CheckFailure(description: "\(what()) (line \(line))") }
}

func expect<Value: Equatable>(_ value: Value, equals expected: Value, line: Int = #line) throws {
    if value != expected { throw CheckFailure(description: "\(value), not \(expected) (line \(line))") }
}

/// Runs the loop until the condition holds, some seconds at most.
func expectSoon(_ what: String, line: Int = #line, _ condition: @escaping () -> Bool) throws {
    let loop = IOLoop.current
    var turns = 0
    func look() {
        turns += 1
        if condition() || turns > 2000 { loop.stop() } else { loop.callLater(0.005, look) }
    }
    loop.spawnCallback(look)
    try loop.start()
    try expect(condition(), what, line: line)
}

/// The error that `body` throws, which must be of that kind.
func failure<Failure: Error>(_ kind: Failure.Type, line: Int = #line, _ body: () throws -> Void) throws -> Failure {
    do { try body() } catch let error as Failure { return error }
    throw CheckFailure(description: "it did not throw a \(kind) (line \(line))")
}

/// The error that `body` throws, which must be of that kind.
func failure<Failure: Error>(
    _ kind: Failure.Type,
    line: Int = #line,
    _ body: () async throws -> Void
) async throws -> Failure {
    do { try await body() } catch let error as Failure { return error }
    throw CheckFailure(description: "it did not throw a \(kind) (line \(line))")
}

/// How many sockets, pipes and processes are open: what else there is the runtime opens when it first needs it.
func openDescriptors() -> Int {
    (0..<1024).count { number in
        var name = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/fd/\(number)", &name, 64)
        let kind = String(decoding: name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return kind.hasPrefix("socket:") || kind.hasPrefix("pipe:") || kind.hasPrefix("anon_inode:[pidfd]")
    }
}
