// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MonkeyPatch

@Suite("A path that is not a plugin")
struct PackageAdviceTests {
    /// What is said about a path.
    private func error(_ path: String) -> MonkeyError? {
        do {
            _ = try PluginPath.open(path)
            return nil
        } catch {
            return error
        }
    }

    private func folder(_ files: [String]) throws -> URL {
        let folder = try CompiledFile.makeFolder()
        for file in files {
            let url = folder.appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data().write(to: url)
        }
        return folder
    }

    @Test("but a package says how to build it")
    func package() throws {
        let folder = try self.folder(["Package.swift"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = try #require(self.error(folder.path))
        #expect(error.code == .notAPlugin)
        #expect(error.reason == "it is a Swift package, and not the plugin built from it")
        #expect(
            error.remedies.first?.hasPrefix("build it: swift build --package-path \(folder.path) -c release") == true
        )
    }

    @Test("but a built package says which libraries there are, each once")
    func built() throws {
        let folder = try self.folder(["Package.swift", ".build/x86/debug/libapp.so", ".build/x86/release/libapp.so"])
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/.build/release",
            withDestinationPath: folder.path + "/.build/x86/release"
        )
        let remedies = try #require(self.error(folder.path)?.remedies)
        #expect(
            remedies.dropLast() == [
                "gtornado run \(folder.path)/.build/release/libapp.so",
                "gtornado run \(folder.path)/.build/x86/debug/libapp.so",
            ]
        )
    }

    @Test("but a bare folder lists what is in it")
    func bareFolder() throws {
        let folder = try self.folder(["libone.so", "libtwo.so.1", "readme.txt"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = try #require(self.error(folder.path))
        #expect(error.reason == "it is a directory, and not a plugin")
        #expect(
            error.remedies == ["gtornado run \(folder.path)/libone.so", "gtornado run \(folder.path)/libtwo.so.1"]
        )
    }

    @Test("but nearly the name of one says that one")
    func misspelt() throws {
        let folder = try self.folder(["libhello.so"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = try #require(self.error(folder.path + "/libhelo.so"))
        #expect(error.code == .noInput)
        #expect(error.reason == "No such file or directory")
        #expect(error.remedies == ["gtornado run \(folder.path)/libhello.so"])
    }

    @Test("but a pipe or device is not opened")
    func device() {
        #expect(self.error("/dev/null")?.reason == "it is a device, socket or pipe, and not a file")
    }

    @Test("but no path at all is a usage error")
    func empty() {
        #expect(self.error("")?.code == .usage)
    }

    @Test("is made absolute, and keeps its links")
    func absolute() {
        #expect(PluginPath.absolute("/x/../libapp.so") == "/x/../libapp.so")
        #expect(PluginPath.absolute("libapp.so").hasSuffix("/libapp.so"))
        #expect(PluginPath.absolute("libapp.so").hasPrefix("/"))
    }
}
