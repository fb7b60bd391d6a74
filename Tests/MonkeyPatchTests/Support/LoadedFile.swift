// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing

@testable import MonkeyPatch

/// A library made from C and loaded, which asks libc for its parent's number in one way or another.
final class LoadedFile {
    /// What the dynamic linker says.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let file: CompiledFile
    private var handle: UnsafeMutableRawPointer?

    /// `ask()` calls getppid().
    static let caller = """
        #include <unistd.h>
        int ask(void) { return (int)getppid(); }
        """

    init(
        _ source: String = LoadedFile.caller,
        _ arguments: [String] = [],
        name: String = "libasks.so",
        mode: Int32 = RTLD_NOW | RTLD_LOCAL
    ) throws {
        self.file = try CompiledFile(source, ["-shared", "-fPIC", "-O1"] + arguments, name: name)
        try self.load(mode: mode)
    }

    deinit {
        self.unload()
    }

    var path: String {
        self.file.path
    }

    func load(mode: Int32 = RTLD_NOW | RTLD_LOCAL) throws {
        self.handle = dlopen(self.path, mode)
        guard self.handle == nil else { return }
        throw Failure(description: dlerror().map { String(cString: $0) } ?? "cannot be loaded")
    }

    func unload() {
        if let handle = self.handle { dlclose(handle) }
        self.handle = nil
    }

    /// What the library's function answers.
    func ask(_ name: String = "ask") throws -> Int32 {
        let handle: UnsafeMutableRawPointer = try #require(self.handle)
        let address = try #require(dlsym(handle, name))
        // The type that every source here gives it.
        return unsafeBitCast(address, to: (@convention(c) () -> Int32).self)()
    }

    /// A patcher for this library and what it needs.
    func patcher() -> GOTPatcher {
        GOTPatcher { [path = self.path] in $0.identity.path == path }
    }

    /// The rights of the library's parts of memory, in order.
    func memory() throws -> [Substring] {
        let file = try #require(fopen("/proc/self/maps", "r"))
        defer { fclose(file) }
        var rights: [Substring] = []
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasSuffix(" \(self.path)\n") else { continue }
            rights.append(text.split(separator: " ")[1])
        }
        return rights
    }
}

/// Stands in for getppid().
enum Stand {
    static let first: @convention(c) () -> Int32 = { -1001 }
    static let second: @convention(c) () -> Int32 = { -1002 }

    static func address(_ function: @convention(c) () -> Int32) -> UInt64 {
        // A C function pointer is its address.
        UInt64(unsafeBitCast(function, to: UInt.self))
    }

    /// Rows that put `function` in the place of getppid().
    static func rows(_ function: @escaping @convention(c) () -> Int32 = Stand.first) -> GOTPatcher.Rows {
        { $0 == "getppid" ? GOTReplacement(function: Stand.address(function), family: .time) : nil }
    }
}
