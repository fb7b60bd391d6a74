// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MonkeyPatch

@Suite("The search for libraries")
struct LibrarySearchTests {
    /// Makes `libapp.so` in one folder and `libneeded.so` in its folder "sub".
    private func make(_ options: [String], needs: String = "libneeded.so") throws -> CompiledFile {
        let app = try CompiledFile("int app(void) { return 1; }", name: "libapp.so")
        let sub = app.folder.appending(path: "sub")
        try FileManager.default.createDirectory(at: sub, withIntermediateDirectories: true)
        let needed = try CompiledFile(
            LoadedFile.caller,
            ["-shared", "-fPIC", "-Wl,-soname,libneeded.so"],
            name: "libneeded.so"
        )
        try FileManager.default.moveItem(at: needed.url, to: sub.appending(path: "libneeded.so"))
        try CompiledFile.run(
            "cc",
            ["-shared", "-fPIC", "-o", app.path, app.folder.appending(path: "source.c").path, "-Wl,--no-as-needed"]
                + ["-L", sub.path, "-lneeded"] + options
        )
        return app
    }

    private func calls(_ app: CompiledFile, environment: String = "") -> PluginCalls {
        PluginCalls(path: app.path, search: LibrarySearch(environment: environment))
    }

    private func needed(_ calls: PluginCalls) -> PluginCalls.Library? {
        calls.libraries.first { $0.name == "libneeded.so" }
    }

    @Test(
        "follows what the library says",
        arguments: [
            ["-Wl,--enable-new-dtags", "-Wl,-rpath,$ORIGIN/sub"],
            ["-Wl,--disable-new-dtags", "-Wl,-rpath,$ORIGIN/sub"],
            ["-Wl,-rpath,/nowhere:${ORIGIN}/sub"],
        ]
    )
    func runpath(options: [String]) throws {
        let app = try self.make(options)
        let found = try #require(self.needed(self.calls(app)))
        #expect(found.path == app.folder.path + "/sub/libneeded.so")
        #expect(found.neededBy == "libapp.so")
        #expect(found.treatment == .patched)
    }

    @Test("follows the environment")
    func environment() throws {
        let app = try self.make([])
        #expect(self.needed(self.calls(app))?.treatment == .missing)
        let folder = app.folder.path + "/sub"
        #expect(self.needed(self.calls(app, environment: "/nowhere:" + folder))?.path == folder + "/libneeded.so")
    }

    @Test("passes over a file that is no library for this CPU")
    func otherFiles() throws {
        let app = try self.make(["-Wl,-rpath,$ORIGIN/text:$ORIGIN/sub"])
        let text = app.folder.appending(path: "text")
        try FileManager.default.createDirectory(at: text, withIntermediateDirectories: true)
        try Data("INPUT(libneeded.so.1)".utf8).write(to: text.appending(path: "libneeded.so"))
        #expect(self.needed(self.calls(app))?.path == app.folder.path + "/sub/libneeded.so")
    }

    @Test("finds the system's libraries")
    func system() throws {
        let app = try self.make(["-Wl,-rpath,$ORIGIN/sub"])
        let libc = try #require(self.calls(app).libraries.first { $0.name == "libc.so.6" })
        #expect(libc.path?.hasSuffix("/libc.so.6") == true)
        #expect(libc.treatment == .never("the C library"))
        #expect(libc.calls.isEmpty && libc.escaping.isEmpty)
    }

    @Test("reads the linker's list, whatever is in it")
    func cache() {
        let bytes = Self.cacheBytes
        #expect(LinkerCache(bytes).files(named: "libx.so.1") == ["/opt/libx.so.1", "/usr/lib/libx.so.1"])
        #expect(LinkerCache(bytes).files(named: "liby.so.1") == [])
        #expect(LinkerCache([]).files(named: "libx.so.1") == [])
        for count in bytes.indices { _ = LinkerCache(Array(bytes[..<count])).files(named: "libx.so.1") }
        for index in bytes.indices {
            var changed = bytes
            changed[index] = 0xFF
            _ = LinkerCache(changed).files(named: "libx.so.1")
        }
        #expect(!LinkerCache().files(named: "libc.so.6").isEmpty, "that of this machine")
    }

    /// A list with one library in two places.
    private static let cacheBytes: [UInt8] = {
        func word(_ value: Int) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let strings = Array("libx.so.1\0/opt/libx.so.1\0/usr/lib/libx.so.1\0".utf8)
        let start = 48 + 2 * 24
        var bytes = Array("glibc-ld.so.cache1.1".utf8) + word(2) + word(strings.count)
        bytes += [UInt8](repeating: 0, count: 20)
        for file in [10, 25] {
            bytes += word(0x0303) + word(start) + word(start + file) + [UInt8](repeating: 0, count: 12)
        }
        return bytes + strings
    }()
}
