// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What a worker is told: how long to take, and where to say that it is done.
struct Job {
    var microseconds: UInt32
    var reply: Int32
}

/// Threads of the app's own, which block as threads do.
///
/// Handlers and threads meet at pipes.
final class Workers {
    /// Both ends of the pipe that jobs go through; a write of a few bytes to a pipe is never split.
    private var jobs: (reading: Int32, writing: Int32)
    private(set) var count = 0

    init(count: Int) throws {
        self.jobs = try Self.makePipe()
        for _ in 0..<count {
            var thread = pthread_t()
            let context = UnsafeMutableRawPointer(bitPattern: Int(self.jobs.reading))
            let code = pthread_create(&thread, nil, { Workers.run(Int32(Int(bitPattern: $0))) }, context)
            guard code == 0 else { throw HTTPError(500, "pthread_create: \(String(cString: strerror(code)))") }
            pthread_detach(thread)
            self.count += 1
        }
    }

    /// Has a worker take so long, and returns the thread that did.
    func work(seconds: Double) throws -> pthread_t {
        let pipe = try Self.makePipe()
        defer {
            close(pipe.reading)
            close(pipe.writing)
        }
        var job = Job(microseconds: UInt32(seconds * 1_000_000), reply: pipe.writing)
        guard write(self.jobs.writing, &job, MemoryLayout<Job>.size) == MemoryLayout<Job>.size else {
            throw HTTPError(500, "the pipe to the workers: \(String(cString: strerror(errno)))")
        }
        var thread: pthread_t = 0
        let size = MemoryLayout<pthread_t>.size
        guard read(pipe.reading, &thread, size) == size else {
            throw HTTPError(500, "the pipe from a worker: \(String(cString: strerror(errno)))")
        }
        return thread
    }

    /// What each thread does: real sleep, for the thread is its own.
    private static func run(_ jobs: Int32) -> UnsafeMutableRawPointer? {
        var job = Job(microseconds: 0, reply: -1)
        while read(jobs, &job, MemoryLayout<Job>.size) == MemoryLayout<Job>.size {
            usleep(job.microseconds)
            var thread = pthread_self()
            write(job.reply, &thread, MemoryLayout<pthread_t>.size)
        }
        return nil
    }

    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw HTTPError(503, "pipe: \(String(cString: strerror(errno)))") }
        return (ends[0], ends[1])
    }
}
