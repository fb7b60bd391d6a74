// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Handlers by descriptor.
struct HandlerTable {
    private var handlers: ContiguousArray<LibeventHandler?> = []

    /// The handler of a descriptor, which must not be negative; null if it has none.
    subscript(fd: Int32) -> LibeventHandler? {
        get { Int(fd) < self.handlers.count ? self.handlers[Int(fd)] : nil }
        set {
            let index = Int(fd)
            while index >= self.handlers.count { self.handlers.append(nil) }
            self.handlers[index] = newValue
        }
    }

    /// Forgets every handler, and frees its event.
    mutating func removeAll() {
        for handler in self.handlers { handler?.free() }
        self.handlers = []
    }
}
