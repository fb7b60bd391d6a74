// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// Waits on a loop for the end of one child of this process, and takes its status, so that no zombie is left.
///
/// By a descriptor for the process (Linux 5.3), which knows nothing of SIGCHLD and of other children; where the system has none,
/// by asking at times. The loop holds it until the child has ended.
final class ChildWatch {
    /// How a child ended: its exit status, or the negative number of a signal; or the errno value of why that is not known.
    enum End: Equatable {
        case status(Int32)
        case unknown(Int32)
    }

    /// Seconds between questions where there is no descriptor: at first, and later at most.
    private static let shortest = 0.002
    private static let longest = 0.05

    private let id: pid_t
    private let loop: IOLoop
    private var done: ((End) -> Void)?
    private var descriptor: Int32 = -1
    private var pause = ChildWatch.shortest

    init(_ id: pid_t, _ loop: IOLoop, _ done: @escaping (End) -> Void) {
        self.id = id
        self.loop = loop
        self.done = done
    }

    /// Begins to wait; `byAsking` spares the descriptor.
    func begin(byAsking: Bool = false) {
        self.descriptor = byAsking ? -1 : gt_child_descriptor(self.id)
        guard self.descriptor >= 0 else { return self.ask() }
        do {
            try self.loop.addReadinessHandler(self.descriptor, .read) { _, _ in self.ask() }
        } catch {
            Glibc.close(self.descriptor)
            self.descriptor = -1
            self.ask()
        }
    }

    private func ask() {
        var status: Int32 = 0
        let code = gt_child_status(self.id, &status)
        if code != 0 { return self.end(code > 0 ? .status(status) : .unknown(-code)) }
        guard self.descriptor < 0 else { return }
        self.loop.callLater(self.pause) { self.ask() }
        self.pause = min(self.pause * 2, Self.longest)
    }

    private func end(_ end: End) {
        if self.descriptor >= 0 {
            // It was added by this object, and nobody else knows the descriptor.
            try? self.loop.removeHandler(self.descriptor)
            Glibc.close(self.descriptor)
            self.descriptor = -1
        }
        let done = self.done
        self.done = nil
        done?(end)
    }
}
