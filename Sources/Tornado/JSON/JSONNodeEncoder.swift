// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Collects what one value encodes into one node.
struct JSONNodeEncoder: Encoder {
    let codingPath: [any CodingKey]
    let node = JSONNode()
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(codingPath: [any CodingKey]) {
        self.codingPath = codingPath
    }

    init(into node: JSONNode, codingPath: [any CodingKey]) {
        self.codingPath = codingPath
        self.target = node
    }

    private var target: JSONNode?

    private var place: JSONNode { self.target ?? self.node }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .empty = self.place.form { self.place.form = .object([]) }
        return KeyedEncodingContainer(JSONKeyedContainer<Key>(node: self.place, codingPath: self.codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .empty = self.place.form { self.place.form = .array([]) }
        return JSONUnkeyedContainer(node: self.place, codingPath: self.codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleValueContainer(node: self.place, codingPath: self.codingPath)
    }
}

struct JSONKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: JSONNode
    let codingPath: [any CodingKey]

    private func set(_ key: Key, _ form: JSONNode.Form) { self.node.set(key.stringValue, JSONNode(form)) }
    private func integer(_ key: Key, _ value: some BinaryInteger) { self.set(key, .number(String(value))) }

    func encodeNil(forKey key: Key) { self.set(key, .null) }
    func encode(_ value: Bool, forKey key: Key) { self.set(key, .bool(value)) }
    func encode(_ value: String, forKey key: Key) { self.set(key, .string(value)) }
    func encode(_ value: Int, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: Int8, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: Int16, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: Int32, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: Int64, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: UInt, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: UInt8, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: UInt16, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: UInt32, forKey key: Key) { self.integer(key, value) }
    func encode(_ value: UInt64, forKey key: Key) { self.integer(key, value) }

    func encode(_ value: Double, forKey key: Key) throws {
        self.node.set(key.stringValue, try JSONBoxing.number(value, self.codingPath + [key]))
    }

    func encode(_ value: Float, forKey key: Key) throws {
        self.node.set(key.stringValue, try JSONBoxing.number(value, self.codingPath + [key]))
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        self.node.set(key.stringValue, try JSONBoxing.node(value, self.codingPath + [key]))
    }

    private func child(_ key: Key, _ form: JSONNode.Form) -> JSONNode {
        let child = JSONNode(form)
        self.node.set(key.stringValue, child)
        return child
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let path = self.codingPath + [key]
        return KeyedEncodingContainer(JSONKeyedContainer<Nested>(node: self.child(key, .object([])), codingPath: path))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONUnkeyedContainer(node: self.child(key, .array([])), codingPath: self.codingPath + [key])
    }

    func superEncoder() -> any Encoder { self.superEncoder(named: "super", self.codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder {
        self.superEncoder(named: key.stringValue, self.codingPath + [key])
    }

    private func superEncoder(named name: String, _ path: [any CodingKey]) -> any Encoder {
        let child = JSONNode()
        self.node.set(name, child)
        return JSONNodeEncoder(into: child, codingPath: path)
    }
}

struct JSONUnkeyedContainer: UnkeyedEncodingContainer {
    let node: JSONNode
    let codingPath: [any CodingKey]
    var count: Int { self.node.count }

    private var path: [any CodingKey] { self.codingPath + [JSONIndexKey(self.count)] }
    private func append(_ form: JSONNode.Form) { self.node.append(JSONNode(form)) }

    func encodeNil() { self.append(.null) }
    func encode(_ value: Bool) { self.append(.bool(value)) }
    func encode(_ value: String) { self.append(.string(value)) }
    func encode(_ value: Int) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: Int8) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: Int16) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: Int32) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: Int64) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: UInt) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: UInt8) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: UInt16) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: UInt32) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: UInt64) { self.node.append(JSONBoxing.integer(value)) }
    func encode(_ value: Double) throws { self.node.append(try JSONBoxing.number(value, self.path)) }
    func encode(_ value: Float) throws { self.node.append(try JSONBoxing.number(value, self.path)) }
    func encode<T: Encodable>(_ value: T) throws { self.node.append(try JSONBoxing.node(value, self.path)) }

    private func child(_ form: JSONNode.Form) -> JSONNode {
        let child = JSONNode(form)
        self.node.append(child)
        return child
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let path = self.path
        return KeyedEncodingContainer(JSONKeyedContainer<Nested>(node: self.child(.object([])), codingPath: path))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let path = self.path
        return JSONUnkeyedContainer(node: self.child(.array([])), codingPath: path)
    }

    func superEncoder() -> any Encoder {
        let path = self.path
        return JSONNodeEncoder(into: self.child(.empty), codingPath: path)
    }
}

struct JSONSingleValueContainer: SingleValueEncodingContainer {
    let node: JSONNode
    let codingPath: [any CodingKey]

    private func integer(_ value: some BinaryInteger) { self.node.form = .number(String(value)) }

    func encodeNil() { self.node.form = .null }
    func encode(_ value: Bool) { self.node.form = .bool(value) }
    func encode(_ value: String) { self.node.form = .string(value) }
    func encode(_ value: Int) { self.integer(value) }
    func encode(_ value: Int8) { self.integer(value) }
    func encode(_ value: Int16) { self.integer(value) }
    func encode(_ value: Int32) { self.integer(value) }
    func encode(_ value: Int64) { self.integer(value) }
    func encode(_ value: UInt) { self.integer(value) }
    func encode(_ value: UInt8) { self.integer(value) }
    func encode(_ value: UInt16) { self.integer(value) }
    func encode(_ value: UInt32) { self.integer(value) }
    func encode(_ value: UInt64) { self.integer(value) }
    func encode(_ value: Double) throws { self.node.form = try JSONBoxing.number(value, self.codingPath).form }
    func encode(_ value: Float) throws { self.node.form = try JSONBoxing.number(value, self.codingPath).form }
    func encode<T: Encodable>(_ value: T) throws { self.node.form = try JSONBoxing.node(value, self.codingPath).form }
}
