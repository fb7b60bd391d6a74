// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TornadoCore

/// The routes of one host, in order; none is ever removed.
final class RuleTable {
    /// A route where it does not have to be copied for each request.
    final class Entry {
        let spec: URLSpec
        let pattern: PathPattern
        let handlerClass: RequestHandler.Type
        let arguments: HandlerArguments
        /// The only path that matches, if there is only one: a copy of the entry's own, freed with it.
        fileprivate let literal: UnsafeMutableBufferPointer<UInt8>?

        init(_ spec: URLSpec) {
            self.spec = spec
            self.pattern = spec.pattern
            self.handlerClass = spec.handlerClass
            self.arguments = spec.arguments
            self.literal = spec.pattern.literal.map { bytes in
                let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
                _ = copy.initialize(from: bytes)
                return copy
            }
        }

        deinit {
            self.literal?.deallocate()
        }

        @inline(__always)
        fileprivate func match(_ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Bool {
            guard let literal else { return self.pattern.match(path, &match) }
            guard literal.count == path.count else { return false }
            guard let left = literal.baseAddress, let right = path.baseAddress else { return true }
            return memcmp(left, right, path.count) == 0
        }
    }

    private var entries: ContiguousArray<Entry> = []
    /// The same as `entries`, not counted again, where a request's walk over them counts nothing.
    private var places = UnsafeMutableBufferPointer<Unmanaged<Entry>>.allocate(capacity: 0)
    private var literalCount = 0
    /// Routes that match one path only, by that path, so that many of them cost no more than one.
    private var literals: [[UInt8]: Int] = [:]
    /// The routes that have to be tried, in order.
    private var others: [Int] = []

    /// Below this number of literal routes, comparing them is cheaper than hashing the path.
    private static let hashFrom = 8

    func add(_ spec: URLSpec) {
        let index = self.entries.count
        let entry = Entry(spec)
        self.entries.append(entry)
        self.grow(Unmanaged.passUnretained(entry))
        if let literal = spec.pattern.literal {
            if self.literals[literal] == nil { self.literals[literal] = index }
            self.literalCount = self.literals.count
        } else {
            self.others.append(index)
        }
    }

    deinit {
        self.places.deallocate()
    }

    private func grow(_ entry: Unmanaged<Entry>) {
        let places = self.places
        let larger = UnsafeMutableBufferPointer<Unmanaged<Entry>>.allocate(capacity: places.count + 1)
        _ = larger.initialize(from: places)
        larger.initializeElement(at: places.count, to: entry)
        self.places = larger
        places.deallocate()
    }

    func named(_ name: String) -> URLSpec? {
        let entries = self.entries
        return entries.last { $0.spec.name == name }?.spec
    }

    func first(where matches: (URLSpec) -> Bool) -> URLSpec? {
        let entries = self.entries
        return entries.first { matches($0.spec) }?.spec
    }

    /// The first route that matches; its groups in `match`.
    func find(_ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Entry? {
        self.place(path, &match)?.takeUnretainedValue()
    }

    /// The same, not retained: it lives as long as the table.
    func place(_ path: UnsafeBufferPointer<UInt8>, _ match: inout PathMatch) -> Unmanaged<Entry>? {
        let places = self.places
        if self.literalCount < RuleTable.hashFrom {
            for place in places where place._withUnsafeGuaranteedRef({ $0.match(path, &match) }) { return place }
            return nil
        }
        let literals = self.literals
        let literal = literals[Array(path)] ?? places.count
        let others = self.others
        for index in others {
            if index > literal { break }
            if places[index]._withUnsafeGuaranteedRef({ $0.match(path, &match) }) { return places[index] }
        }
        return literal < places.count ? places[literal] : nil
    }
}
