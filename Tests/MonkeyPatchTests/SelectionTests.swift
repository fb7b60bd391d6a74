// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

@Suite("The selection of patches")
struct SelectionTests {
    private func names(_ selection: Selection) -> [String] {
        Patch.Name.allCases.filter { selection.contains($0) }.map(\.rawValue)
    }

    private static let providers = ["ioloop", "httpserver", "concurrency"]
    private static let calls = ["socket", "select", "time", "dns", "subprocess", "signal"]
    private static let usual = Self.providers + ["greenlet"] + Self.calls

    @Test("is all that need not be asked for if nothing is said")
    func everything() throws {
        #expect(try self.names(Selection()) == Self.usual)
        #expect(try Selection() == .all)
    }

    @Test(
        "follows the rules",
        arguments: [
            (["ioloop"], [], ["ioloop"]),
            (["ioloop,httpserver"], [], ["ioloop", "httpserver"]),
            (["httpserver", "ioloop"], [], ["ioloop", "httpserver"]),
            (["concurrency"], [], ["concurrency"]),
            (["greenlet"], [], ["greenlet"]),
            (["time,greenlet,socket"], [], ["greenlet", "socket", "time"]),
            ([], ["concurrency"], ["ioloop", "httpserver", "greenlet"] + Self.calls),
            ([], ["httpserver"], ["ioloop", "concurrency", "greenlet"] + Self.calls),
            ([], ["dns,select"], Self.providers + ["greenlet", "socket", "time", "subprocess", "signal"]),
            ([], ["ioloop", "httpserver"], ["concurrency", "greenlet"] + Self.calls),
            ([], ["greenlet"] + Self.calls, Self.providers),
            ([], Self.usual, []),
            (["ioloop, concurrency"], ["httpserver"], ["ioloop", "concurrency"]),
            (["file"], [], Self.usual + ["file"]),
            (["file"], ["dns"], Self.usual.filter { $0 != "dns" } + ["file"]),
            (["greenlet,file"], [], ["greenlet", "file"]),
            ([], ["file"], Self.usual),
        ] as [([String], [String], [String])]
    )
    func rules(only: [String], except: [String], expected: [String]) throws {
        #expect(try self.names(Selection(only: only, except: except)) == expected)
    }

    @Test(
        "refuses patched calls without greenlets, and names all that would have to go",
        arguments: [
            (["socket,time"], [], "socket, time"),
            ([], ["greenlet"], "socket, select, time, dns, subprocess, signal"),
            (["ioloop,file"], [], "file"),
        ] as [([String], [String], String)]
    )
    func callsWithoutGreenlets(only: [String], except: [String], names: String) {
        let error = #expect(throws: MonkeyError.self) { try Selection(only: only, except: except) }
        #expect(error?.code == .usage)
        #expect(error?.message == "cannot patch \(names) without greenlet")
        let list = "greenlet," + names.replacing(", ", with: ",")
        #expect(error?.remedies.first == "leave them all out: --no-patch \(list)")
    }

    @Test(
        "refuses a name that there is not, and guesses the one that was meant",
        arguments: [
            ("iolop", "did you mean ioloop?"), ("http", "did you mean httpserver?"),
            ("HTTPServer", "did you mean httpserver?"),
            ("concurency", "did you mean concurrency?"), ("gevent", "gtornado patch --list"),
            ("", "gtornado patch --list"),
            ("ioloop,,concurrency", "gtornado patch --list"),
        ]
    )
    func unknown(word: String, remedy: String) {
        for only in [true, false] {
            let error = #expect(throws: MonkeyError.self) {
                try Selection(only: only ? [word] : [], except: only ? [] : [word])
            }
            #expect(error?.code == .usage)
            #expect(error?.remedies == [remedy])
        }
    }

    @Test(
        "refuses a server without its loop",
        arguments: [(["httpserver"], []), ([], ["ioloop"])] as [([String], [String])]
    )
    func serverWithoutLoop(only: [String], except: [String]) {
        let error = #expect(throws: MonkeyError.self) { try Selection(only: only, except: except) }
        #expect(error?.code == .usage)
        #expect(error?.message == "cannot patch httpserver without ioloop")
    }

    @Test("refuses a name both selected and switched off")
    func contradiction() {
        let error = #expect(throws: MonkeyError.self) { try Selection(only: ["ioloop"], except: ["ioloop"]) }
        #expect(error?.message == "cannot select the patch ioloop")
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    @Test("count letters to insert, remove, change or exchange")
    func distances() {
        #expect(Suggestion.distance(from: "", to: "") == 0)
        #expect(Suggestion.distance(from: "abc", to: "") == 3)
        #expect(Suggestion.distance(from: "", to: "ab") == 2)
        #expect(Suggestion.distance(from: "ioloop", to: "iolopo") == 1)
        #expect(Suggestion.distance(from: "ioloop", to: "ioloops") == 1)
        #expect(Suggestion.distance(from: "ioloop", to: "iolooq") == 1)
    }

    @Test("come nearest first")
    func order() {
        #expect(Suggestion.near("pol", in: ["epoll", "poll", "select"]) == ["poll", "epoll"])
        #expect(Suggestion.near("kqueue", in: ["epoll", "poll", "select"]).isEmpty)
    }
}
