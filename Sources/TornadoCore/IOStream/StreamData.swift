// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What can be written to a stream, or be looked for in it: texts, as UTF-8, and bytes.
public protocol StreamData {
    /// Calls `body` with the bytes, which stay where they are until it returns.
    func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value
}

extension String: StreamData {
    /// Calls `body` with the text's UTF-8.
    public func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        // A copy of the reference, or of fifteen bytes: no more for texts of Swift's own.
        var text = self
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }
}

extension Substring: StreamData {
    /// Calls `body` with the text's UTF-8.
    public func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        var text = self
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }
}

extension [UInt8]: StreamData {
    /// Calls `body` with the array's own bytes.
    public func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try self.withUnsafeBytes(body)
    }
}

extension ArraySlice<UInt8>: StreamData {
    /// Calls `body` with the slice's own bytes.
    public func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try self.withUnsafeBytes(body)
    }
}

extension UnsafeRawBufferPointer: StreamData {
    /// Calls `body` with the bytes themselves.
    public func withStreamBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try body(self)
    }
}
