// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// A file made from C by the system's compiler, in a folder that goes away with the value.
final class CompiledFile {
    let folder: URL
    let url: URL

    var path: String {
        self.url.path
    }

    /// Compiles a source text with these arguments; `name` is the file that is made.
    init(
        _ source: String,
        _ arguments: [String] = ["-shared", "-fPIC"],
        name: String = "libmade.so",
        compiler: String = "cc"
    ) throws {
        self.folder = try Self.makeFolder()
        self.url = self.folder.appending(path: name)
        let file = self.folder.appending(path: "source.c")
        try Data(source.utf8).write(to: file)
        let libraries = arguments.filter { $0.hasPrefix("-l") }
        let options = arguments.filter { !$0.hasPrefix("-l") }
        let files = ["-I", Self.headers.path, "-o", self.url.path, file.path]
        try Self.run(compiler, options + files + libraries)
    }

    deinit {
        try? FileManager.default.removeItem(at: self.folder)
    }

    func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: self.url))
    }

    /// The repository, found from this file.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let headers = CompiledFile.repository.appending(path: "Sources/CGTornado/include")

    static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gtornado-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    static func run(_ tool: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let output = Pipe()
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(tool) \(arguments.joined(separator: " "))\n\(text)")
    }
}

/// The smallest plugin that passes every check on its file.
let smallestPlugin = """
    #include "gtornado.h"
    GTORNADO_RECORD();
    extern int puts(const char *);
    const gt_plugin *gtornado_plugin_v1(void) { puts("loaded"); return 0; }
    int another_function(void) { return 1; }
    """
