// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Items that wait for their turn, in the order they came: a linked list, so that one can leave from the middle, and
/// nothing stays behind of those that are through.
///
/// Guarded by whoever owns it.
package struct WaitingLine<Item> {
    /// One item's place in the line.
    package final class Place {
        package let item: Item
        fileprivate var next: Place?
        fileprivate unowned(unsafe) var previous: Place?
        fileprivate var isInLine = true

        fileprivate init(_ item: Item) {
            self.item = item
        }
    }

    private var first: Place?
    private var last: Place?
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { self.count == 0 }

    /// Puts an item behind all others; keep its place only where it may have to leave.
    @discardableResult
    package mutating func add(_ item: Item) -> Place {
        let place = Place(item)
        // The one before is in the list as long as this one's `previous` says so.
        place.previous = self.last
        if let last = self.last { last.next = place } else { self.first = place }
        self.last = place
        self.count += 1
        return place
    }

    package mutating func popFirst() -> Item? {
        guard let first = self.first else { return nil }
        self.remove(first)
        return first.item
    }

    /// Takes an item out wherever it stands; one that is through already changes nothing.
    package mutating func remove(_ place: Place) {
        guard place.isInLine else { return }
        place.isInLine = false
        let next = place.next
        if let previous = place.previous { previous.next = next } else { self.first = next }
        if let next { next.previous = place.previous } else { self.last = place.previous }
        place.next = nil
        place.previous = nil
        self.count -= 1
    }
}
