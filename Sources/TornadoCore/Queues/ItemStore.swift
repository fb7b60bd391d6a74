// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a queue keeps its items in: which one comes out next is a subclass's affair.
class ItemStore<Item> {
    var count: Int { 0 }

    /// The item that comes out next.
    var first: Item? { nil }

    func add(_ item: Item) {}

    /// Takes the next item out.
    func take() -> Item? { nil }
}

/// First in, first out, in a ring that grows.
final class ItemRing<Item>: ItemStore<Item> {
    private var slots: [Item?] = []
    private var head = 0
    private var length = 0

    override var count: Int { self.length }

    override var first: Item? { self.length > 0 ? self.slots[self.head] : nil }

    override func add(_ item: Item) {
        if self.length == self.slots.count { self.grow() }
        self.slots[(self.head + self.length) % self.slots.count] = .some(item)
        self.length += 1
    }

    override func take() -> Item? {
        guard self.length > 0 else { return nil }
        let item = self.slots[self.head]
        self.slots[self.head] = nil
        self.head = (self.head + 1) % self.slots.count
        self.length -= 1
        // The memory of a burst goes back once it is over.
        if self.length == 0, self.slots.count > 1024 {
            self.slots = []
            self.head = 0
        }
        return item
    }

    private func grow() {
        var larger: [Item?] = []
        larger.reserveCapacity(max(8, self.length * 2))
        for index in 0..<self.length { larger.append(self.slots[(self.head + index) % self.slots.count]) }
        while larger.count < larger.capacity { larger.append(nil) }
        self.slots = larger
        self.head = 0
    }
}

/// Last in, first out.
final class ItemStack<Item>: ItemStore<Item> {
    private var items: [Item] = []

    override var count: Int { self.items.count }

    override var first: Item? { self.items.last }

    override func add(_ item: Item) {
        self.items.append(item)
    }

    override func take() -> Item? { self.items.popLast() }
}

/// The least first; of equals, the one that was put in first.
final class ItemHeap<Item>: ItemStore<Item> {
    private var entries: [(item: Item, number: UInt64)] = []
    private var last: UInt64 = 0
    private let isLess: (Item, Item) -> Bool

    init(_ isLess: @escaping (Item, Item) -> Bool) {
        self.isLess = isLess
    }

    override var count: Int { self.entries.count }

    override var first: Item? { self.entries.first?.item }

    override func add(_ item: Item) {
        self.last += 1
        self.entries.append((item, self.last))
        var index = self.entries.count - 1
        while index > 0, self.comes(index, before: (index - 1) / 2) {
            self.entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    override func take() -> Item? {
        guard !self.entries.isEmpty else { return nil }
        self.entries.swapAt(0, self.entries.count - 1)
        let item = self.entries.removeLast().item
        var index = 0
        while let child = self.lesserChild(of: index), self.comes(child, before: index) {
            self.entries.swapAt(child, index)
            index = child
        }
        return item
    }

    private func lesserChild(of index: Int) -> Int? {
        let left = index * 2 + 1
        guard left < self.entries.count else { return nil }
        return left + 1 < self.entries.count && self.comes(left + 1, before: left) ? left + 1 : left
    }

    private func comes(_ index: Int, before other: Int) -> Bool {
        let (one, two) = (self.entries[index], self.entries[other])
        if self.isLess(one.item, two.item) { return true }
        return !self.isLess(two.item, one.item) && one.number < two.number
    }
}
