// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// How the head of the last answer began, as it was sent: apps give the same fields again and again.
///
/// What an answer has in common with it was checked then and is copied as a whole. One serves all connections of a server.
public final class RepeatedHead {
    /// Where a field's parts lie in the text.
    private struct Field {
        var name = 0
        var nameSize = 0
        var value = 0
        var valueSize = 0
        /// Behind its line.
        var end = 0
    }

    /// So many fields are looked for.
    private static let mostFields = 16
    /// What lies further back in a head is not kept.
    private static let capacity = 1024

    private var status: Int32 = 0
    private var count = 0
    private let fields: UnsafeMutablePointer<Field>
    private let text: UnsafeMutablePointer<UInt8>
    /// Behind the status line; 0 as long as nothing is known.
    private var lineEnd = 0

    /// One that knows nothing yet.
    public init() {
        self.fields = .allocate(capacity: RepeatedHead.mostFields)
        self.fields.initialize(repeating: Field(), count: RepeatedHead.mostFields)
        self.text = .allocate(capacity: RepeatedHead.capacity)
    }

    deinit {
        self.fields.deallocate()
        self.text.deallocate()
    }

    /// Appends the status line and the first fields, as far as they are the same; says how many fields these are, nil if
    /// not even the line is.
    @inline(__always)
    func append(_ response: gt_response, to out: OutputBuffer) -> Int? {
        guard response.status == self.status, response.reason.size == 0, self.lineEnd > 0 else { return nil }
        let most = min(self.count, response.header_count)
        var same = 0
        while same < most, self.holds(response.headers[same], at: same) { same &+= 1 }
        out.append(self.text, self.size(of: same))
        return same
    }

    /// The bytes that ``append(_:to:)`` has appended.
    func size(of known: Int?) -> Int {
        guard let known else { return 0 }
        return known > 0 ? self.fields[known &- 1].end : self.lineEnd
    }

    @inline(__always)
    private func holds(_ given: gt_header, at index: Int) -> Bool {
        let field = self.fields[index]
        return given.name.size == field.nameSize && given.value.size == field.valueSize
            && ByteScan.equal(given.name.data, self.text + field.name, count: field.nameSize)
            && ByteScan.equal(given.value.data, self.text + field.value, count: field.valueSize)
    }

    /// Takes over a head that was found sound.
    ///
    /// - Parameters:
    ///   - response: Whose head it is.
    ///   - count: How many of its first fields were sent as they are.
    ///   - known: What ``append(_:to:)`` gave for it.
    ///   - head: Where it stands.
    func keep(_ response: gt_response, count: Int, known: Int?, from head: UnsafePointer<UInt8>) {
        let most = min(count, RepeatedHead.mostFields)
        guard response.reason.size == 0, known == nil || most > known ?? 0 else { return }
        if known == nil {
            self.lineEnd = 0
            var line = 0
            while head[line] != 0x0A { line &+= 1 }
            guard line < RepeatedHead.capacity else { return }
            self.lineEnd = line &+ 1
        }
        let start = self.size(of: known ?? 0)
        var next = known ?? 0
        var end = start
        while next < most {
            let field = RepeatedHead.place(of: response.headers[next], from: end)
            guard field.end <= RepeatedHead.capacity else { break }
            self.fields[next] = field
            end = field.end
            next &+= 1
        }
        let from = known == nil ? 0 : start
        (self.text + from).update(from: head + from, count: end &- from)
        self.status = response.status
        self.count = next
    }

    /// `name: value` and the end of the line, as ``ResponseField`` writes them.
    private static func place(of given: gt_header, from start: Int) -> Field {
        let value = start &+ given.name.size &+ 2
        return Field(
            name: start,
            nameSize: given.name.size,
            value: value,
            valueSize: given.value.size,
            end: value &+ given.value.size &+ 2
        )
    }
}
