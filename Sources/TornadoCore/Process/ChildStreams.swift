// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// The descriptors that a child gets as its standard ones, and this process's ends of pipes among them.
struct ChildStreams {
    /// For the child, as `gt_spawn` wants them; -1 is the caller's own.
    private(set) var child: [Int32] = [-1, -1, -1]
    /// This process's ends; -1 where there is no pipe.
    private(set) var own: [Int32] = [-1, -1, -1]
    /// To be closed once the child has them.
    private var passing: [Int32] = []

    /// Opens what is asked for.
    ///
    /// - Throws: ``SubprocessError``; nothing is left open then.
    init(_ streams: [Subprocess.Redirection]) throws(SubprocessError) {
        do {
            for (index, stream) in streams.enumerated() { try self.open(stream, index) }
        } catch {
            self.closePassing()
            self.closeOwn()
            throw error
        }
    }

    /// Closes what only the child needs.
    mutating func closePassing() {
        for descriptor in self.passing { close(descriptor) }
        self.passing = []
    }

    /// Closes this process's ends.
    mutating func closeOwn() {
        for descriptor in self.own where descriptor >= 0 { close(descriptor) }
        self.own = [-1, -1, -1]
    }

    private mutating func open(_ stream: Subprocess.Redirection, _ index: Int) throws(SubprocessError) {
        switch stream.kind {
        case .inherited: return
        case .descriptor(let descriptor):
            guard fcntl(descriptor, F_GETFD) >= 0 else {
                throw SubprocessError(errno, "Cannot pass descriptor \(descriptor) to a child")
            }
            self.child[index] = descriptor
        case .standardOutput:
            // Where nothing was given for that, this process's own.
            self.child[index] = self.child[1] >= 0 ? self.child[1] : 1
        case .null:
            let descriptor = Glibc.open("/dev/null", (index == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC)
            guard descriptor >= 0 else { throw SubprocessError(errno, "Cannot open /dev/null for a child") }
            self.give(descriptor, index)
        case .pipe: try self.makePipe(index)
        }
    }

    private mutating func makePipe(_ index: Int) throws(SubprocessError) {
        var ends: [Int32] = [-1, -1]
        guard gt_pipe(&ends) == 0 else {
            throw SubprocessError(errno, "Cannot make a pipe to a child", try: "see ulimit -n")
        }
        let (mine, its) = index == 0 ? (ends[1], ends[0]) : (ends[0], ends[1])
        self.own[index] = mine
        // Of this end only: programs expect theirs to block.
        _ = fcntl(mine, F_SETFL, fcntl(mine, F_GETFL) | O_NONBLOCK)
        self.give(its, index)
    }

    private mutating func give(_ descriptor: Int32, _ index: Int) {
        self.child[index] = descriptor
        self.passing.append(descriptor)
    }
}
