// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// What a shell offers behind a line, by driving the shell itself.
struct Completion: Sendable, CustomTestStringConvertible {
    var line: String
    var offers: [String]
    var not: [String] = []

    var testDescription: String {
        self.line
    }

    static let all = [
        Completion(line: "gtornado ", offers: ["run", "patch", "check", "completions"], not: ["generate"]),
        Completion(line: "gtornado r", offers: ["run"], not: ["patch"]),
        Completion(line: "gtornado run ", offers: ["libapp.so", "libapp.so.1", "folder"], not: ["notes.txt"]),
        Completion(line: "gtornado run ./lib", offers: ["./libapp.so", "./libapp.so.1"], not: ["notes.txt"]),
        Completion(line: "gtornado check folder/", offers: ["libdeep.so"], not: ["other.txt"]),
        Completion(line: "gtornado run --httpserver ", offers: ["libevent", "evhttp"]),
        Completion(line: "gtornado run --libevent-method ", offers: ["epoll", "poll", "select"]),
        Completion(line: "gtornado run --patch ", offers: ["ioloop", "httpserver", "concurrency"]),
        Completion(line: "gtornado run --no-patch c", offers: ["concurrency"], not: ["ioloop"]),
        Completion(line: "gtornado run --http", offers: ["--http-socket", "--httpserver"], not: ["--verbose"]),
        Completion(line: "gtornado completions install ", offers: ["bash", "zsh", "fish"]),
    ]
}

@Suite("Completion")
struct CompletionTests {
    /// A folder with plugins that end the test if anybody loads them, and other files.
    private final class Files {
        let url: URL
        /// The plugins make this file when they are loaded.
        let witness: URL

        init() throws {
            self.url = try Place.makeFolder()
            self.witness = self.url.appending(path: "loaded")
            try FileManager.default.createDirectory(
                at: self.url.appending(path: "folder"),
                withIntermediateDirectories: true
            )
            let source = self.url.appending(path: "trap.c")
            let trap = """
                #include <fcntl.h>
                __attribute__((constructor)) static void loaded(void) { open("\(self.witness.path)", O_CREAT, 0644); }
                """
            try Data(trap.utf8).write(to: source)
            for name in ["libapp.so", "libapp.so.1", "folder/libdeep.so"] {
                let arguments = ["-shared", "-fPIC", source.path, "-o", self.url.appending(path: name).path]
                try #require(try Tool.run(arguments, executable: "cc").end == .exited(0))
            }
            for name in ["notes.txt", "folder/other.txt"] {
                try Data().write(to: self.url.appending(path: name))
            }
        }

        deinit {
            try? FileManager.default.removeItem(at: self.url)
        }
    }

    private func script(_ name: String) -> String {
        Place.repository.appending(path: "completions/\(name)").path
    }

    private func check(_ completion: Completion, _ files: Files, _ offered: [String], _ output: String) {
        for word in completion.offers {
            #expect(offered.contains { $0 == word || $0 == word + "/" }, "\(word) is not in \(offered)\n\(output)")
        }
        for word in completion.not {
            #expect(!offered.contains(word))
        }
        #expect(!FileManager.default.fileExists(atPath: files.witness.path), "a plugin was loaded")
    }

    @Test(
        "in bash offers what fits",
        .enabled(if: Tool.exists("bash"), "bash is not installed"),
        arguments: Completion.all
    )
    func bash(completion: Completion) throws {
        let files = try Files()
        let driver = """
            source "$1"
            COMP_LINE=$2 COMP_POINT=${#2}
            read -ra COMP_WORDS <<< "$2"
            [[ $2 == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            function=$(complete -p gtornado | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            "$function" gtornado "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let result = try Tool.run(
            ["--norc", "-c", driver, "bash", self.script("gtornado.bash"), completion.line],
            executable: "bash",
            environment: self.path,
            directory: files.url.path
        )
        #expect(result.errors == "")
        let offered = result.output.split(separator: "\n").map(String.init)
        self.check(completion, files, offered.map { self.lastPart($0, completion) }, result.output)
    }

    @Test(
        "in fish offers what fits",
        .enabled(if: Tool.exists("fish"), "fish is not installed"),
        arguments: Completion.all
    )
    func fish(completion: Completion) throws {
        let files = try Files()
        let result = try Tool.run(
            [
                "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", self.script("gtornado.fish"),
                completion.line,
            ],
            executable: "fish",
            environment: self.path.merging(["HOME": files.url.path]) { $1 },
            directory: files.url.path
        )
        #expect(result.errors == "")
        let offered = result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        self.check(completion, files, offered.map { self.lastPart($0, completion) }, result.output)
    }

    @Test(
        "in zsh offers what fits",
        .enabled(if: Tool.exists("zsh") && Tool.exists("python3"), "zsh or python3 is not installed"),
        arguments: Completion.all
    )
    func zsh(completion: Completion) throws {
        let files = try Files()
        let driver = Place.fixtures.appending(path: "zsh_complete.py").path
        let result = try Tool.run(
            [driver, Place.repository.appending(path: "completions").path, completion.line],
            executable: "python3",
            environment: self.path.merging(["HOME": files.url.path, "TERM": "dumb"]) { $1 },
            directory: files.url.path
        )
        #expect(result.end == .exited(0), "\(result.errors)")
        let offered = result.output.split(whereSeparator: \.isWhitespace).map(String.init)
        // A list in zsh shows the last part of a path alone.
        var shown = completion
        shown.offers = completion.offers.map { self.fileName($0) }
        self.check(shown, files, offered.map { self.fileName($0) }, result.output)
    }

    private func fileName(_ word: String) -> String {
        word.split(separator: "/").last.map(String.init) ?? word
    }

    /// Where shells differ in how much of a path they show, the part behind what was typed counts.
    private func lastPart(_ word: String, _ completion: Completion) -> String {
        guard completion.line.hasSuffix("folder/") else { return word }
        return self.fileName(word)
    }

    private var path: [String: String] {
        let folder = URL(filePath: Tool.gtornado).deletingLastPathComponent().path
        return ["PATH": folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")]
    }

    @Test(
        "installs for each shell, where the shell looks",
        arguments: [
            ("bash", ".local/share/bash-completion/completions/gtornado"),
            ("zsh", ".local/share/zsh/site-functions/_gtornado"),
            ("fish", ".config/fish/completions/gtornado.fish"),
        ]
    )
    func install(shell: String, place: String) throws {
        let home = try Place.makeFolder()
        defer { try? FileManager.default.removeItem(at: home) }
        for arguments in [["completions", "install", shell], ["completions", "install"]] {
            let result = try Tool.run(arguments, environment: ["HOME": home.path, "SHELL": "/usr/bin/\(shell)"])
            #expect(result.end == .exited(0), "\(result.errors)")
            #expect(result.output == "installed \(home.path)/\(place)\n")
            let installed = try String(contentsOf: home.appending(path: place), encoding: .utf8)
            #expect(installed == (try Tool.run(["completions", "install", "--print", shell]).output))
        }
    }

    @Test("says why it cannot install")
    func refusal() throws {
        let result = try Tool.run(["completions", "install", "bash"], environment: ["HOME": "/dev/null/x"])
        #expect(result.end == .exited(71))
        try Snapshot.check(result.errors, "completions/no-folder")
        let homeless = try Tool.run(["completions", "install", "bash"], environment: ["HOME": ""])
        #expect(homeless.end == .exited(64))
    }
}
