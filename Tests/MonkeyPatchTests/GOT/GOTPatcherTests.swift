// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing

@testable import MonkeyPatch

/// A library that calls libc in some way.
struct Caller: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var source = LoadedFile.caller
    var arguments: [String] = []
    var mode = RTLD_NOW | RTLD_LOCAL

    static let all = [
        Caller(testDescription: "as the compiler makes it"),
        Caller(testDescription: "bound at the first call", arguments: ["-Wl,-z,lazy"], mode: RTLD_LAZY),
        Caller(testDescription: "read-only after loading", arguments: ["-Wl,-z,now", "-Wl,-z,relro"]),
        Caller(testDescription: "never read-only", arguments: ["-Wl,-z,lazy", "-Wl,-z,norelro"]),
        Caller(testDescription: "without jump stubs", arguments: ["-fno-plt", "-Wl,-z,relro"]),
        Caller(
            testDescription: "through a constant table",
            source: """
                #include <unistd.h>
                typedef struct { const char *name; pid_t (*ask)(void); } row;
                static const row rows[] = {{"none", 0}, {"parent", getppid}};
                int ask(void) { const row *volatile all = rows; return (int)all[1].ask(); }
                """,
            arguments: ["-Wl,-z,relro", "-Wl,-z,now"]
        ),
        Caller(
            testDescription: "through a variable",
            source: """
                #include <unistd.h>
                pid_t (*asker)(void) = getppid;
                int ask(void) { return (int)asker(); }
                """
        ),
        Caller(testDescription: "stripped", arguments: ["-s"]),
        Caller(testDescription: "with the new hash table only", arguments: ["-Wl,--hash-style=gnu"]),
        Caller(testDescription: "with the old hash table only", arguments: ["-Wl,--hash-style=sysv"]),
        Caller(
            testDescription: "in C++",
            source: """
                #include <string>
                #include <unistd.h>
                namespace app { struct Asker { virtual int ask() { return (int)getppid(); } virtual ~Asker() {} }; }
                extern "C" int ask() { app::Asker *volatile asker = new app::Asker; int answer = asker->ask();
                    delete asker; return answer; }
                """,
            arguments: ["-x", "c++", "-lstdc++"]
        ),
    ]
}

/// One at a time: what one test loads would be new to the patcher of another.
@Suite("The GOT patcher", .serialized)
struct GOTPatcherTests {
    @Test("redirects a library's calls and puts them back", arguments: Caller.all)
    func redirects(caller: Caller) throws {
        let library = try LoadedFile(caller.source, caller.arguments, mode: caller.mode)
        let rights = try library.memory()
        #expect(!rights.isEmpty)
        var patcher = library.patcher()
        let report = patcher.patch(Stand.rows())
        #expect(report.leftAlone == [])
        #expect(report.libraries.map(\.path) == [library.path])
        #expect(report.libraries.first?.calls.map(\.name) == ["getppid"])
        #expect(report.text(.time) == "1 call in 1 library")
        #expect(try library.ask() == -1001)
        #expect(try library.memory() == rights, "what was read-only is so again")
        #expect(getppid() != -1001, "others call libc as before")
        #expect(patcher.patch(Stand.rows()).libraries.isEmpty, "a second time there is nothing to do")
        #expect(patcher.undo() >= 1)
        #expect(try library.ask() == getppid())
        #expect(try library.memory() == rights)
        #expect(patcher.undo() == 0)
    }

    @Test("redirects every place that has the address")
    func severalPlaces() throws {
        let source = """
            #include <unistd.h>
            pid_t (*asker)(void) = getppid;
            int ask(void) { return (int)getppid(); }
            int ask_variable(void) { return (int)asker(); }
            """
        let library = try LoadedFile(source)
        var patcher = library.patcher()
        let call = try #require(patcher.patch(Stand.rows()).libraries.first?.calls.first)
        #expect(call.slots >= 2)
        #expect(try library.ask() == -1001)
        #expect(try library.ask("ask_variable") == -1001)
        #expect(patcher.undo() == call.slots)
    }

    @Test("redirects what belongs to a language's runtime, for that family alone")
    func runtimes() throws {
        let source = """
            #include <unistd.h>
            extern "C" int ask() { static int parent = (int)getppid(); return parent; }
            """
        let library = try LoadedFile(source, ["-x", "c++", "-lstdc++"])
        for (family, isRight) in [(LibcFamily.once, true), (.socket, false)] {
            var patcher = library.patcher()
            let report = patcher.patch { name in
                guard name == "__cxa_guard_acquire" else { return nil }
                return GOTReplacement(function: Stand.address(Stand.first), family: family)
            }
            #expect(report.libraries.flatMap(\.calls).map(\.name) == (isRight ? ["__cxa_guard_acquire"] : []))
            #expect(report.leftAlone.isEmpty == isRight)
            #expect(patcher.undo() == (isRight ? 1 : 0))
        }
        #expect(try library.ask() == getppid())
    }

    @Test("leaves alone what goes to somebody else already, and says to whom")
    func interposed() throws {
        let library = try LoadedFile()
        var first = library.patcher()
        _ = first.patch(Stand.rows())
        var second = library.patcher()
        let report = second.patch(Stand.rows(Stand.second))
        #expect(report.libraries.isEmpty)
        let left = try #require(report.leftAlone.first)
        #expect(left.library == "libasks.so")
        #expect(left.call == "getppid")
        #expect(left.why.hasSuffix("which has taken its place"))
        #expect(try library.ask() == -1001)
        #expect(second.undo() == 0)
        #expect(try library.ask() == -1001)
        #expect(first.undo() == 1)
    }

    @Test("puts nothing back that somebody else has redirected since")
    func undoLeaves() throws {
        let library = try LoadedFile()
        var patcher = library.patcher()
        _ = patcher.patch(Stand.rows())
        var results: [Int32] = []
        LoadedObject.visitAll { object in
            guard object.path == library.path else { return }
            let slots = object.slots { $0 == "getppid" }
            results = SlotMemory(object).replace(
                slots.map { ($0.address, Stand.address(Stand.first), Stand.address(Stand.second)) }
            )
        }
        #expect(results == [0])
        #expect(patcher.undo() == 0)
        #expect(try library.ask() == -1002)
    }

    @Test("leaves an optional function that nobody has alone")
    func weak() throws {
        let source = """
            extern int a_function_that_nobody_has(void) __attribute__((weak));
            int ask(void) { return a_function_that_nobody_has ? a_function_that_nobody_has() : 7; }
            """
        let library = try LoadedFile(source)
        var patcher = library.patcher()
        let report = patcher.patch { name in
            name == "a_function_that_nobody_has"
                ? GOTReplacement(function: Stand.address(Stand.first), family: .time) : nil
        }
        #expect(report.libraries.isEmpty)
        #expect(report.leftAlone.map(\.why) == ["it is optional, and nobody has it"])
        #expect(try library.ask() == 7)
    }

    @Test("follows a library to what it needs, and to nothing else")
    func closure() throws {
        let other = try LoadedFile(name: "libother.so")
        let inner = try LoadedFile(
            "#include <unistd.h>\nint inner(void) { return (int)getppid(); }",
            name: "libinner.so"
        )
        let outer = try LoadedFile(
            "extern int inner(void);\nint ask(void) { return inner(); }",
            ["-Wl,--no-as-needed", inner.path]
        )
        var patcher = outer.patcher()
        #expect(patcher.patch(Stand.rows()).libraries.map(\.name) == ["libinner.so"])
        #expect(try outer.ask() == -1001)
        #expect(try other.ask() == getppid())
        _ = patcher.undo()
    }

    @Test("patches what is loaded later, and not what was there before")
    func later() throws {
        let before = try LoadedFile(name: "libbefore.so")
        let root = try LoadedFile()
        var patcher = root.patcher()
        _ = patcher.patch(Stand.rows())
        let later = try LoadedFile(name: "liblater.so", mode: RTLD_LAZY)
        #expect(try later.ask() == getppid())
        let report = patcher.patchNew(Stand.rows())
        #expect(report.libraries.map(\.name).contains("liblater.so"))
        #expect(!report.libraries.map(\.name).contains("libbefore.so"))
        #expect(try later.ask() == -1001)
        #expect(try before.ask() == getppid())
        #expect(patcher.undo() >= 2)
        #expect(try later.ask() == getppid())
    }

    @Test("survives that a library goes away and comes back")
    func unloading() throws {
        let root = try LoadedFile()
        var patcher = root.patcher()
        _ = patcher.patch(Stand.rows())
        let passing = try LoadedFile(name: "libpassing.so")
        _ = patcher.patchNew(Stand.rows())
        #expect(try passing.ask() == -1001)
        passing.unload()
        _ = patcher.patchNew(Stand.rows())
        try passing.load()
        _ = patcher.patchNew(Stand.rows())
        #expect(try passing.ask() == -1001)
        passing.unload()
        #expect(patcher.undo() >= 1, "what is gone is not written to")
        #expect(try root.ask() == getppid())
    }

    @Test(
        "knows which libraries are never patched",
        arguments: [
            ("/lib/x86_64-linux-gnu/libc.so.6", .cLibrary), ("libc-2.31.so", .cLibrary),
            ("/lib64/ld-linux-x86-64.so.2", .cLibrary), ("ld-linux-aarch64.so.1", .cLibrary),
            ("linux-vdso.so.1", .cLibrary), ("libpthread.so.0", .cLibrary), ("libm.so.6", .cLibrary),
            ("libnss_files.so.2", .cLibrary), ("libevent-2.1.so.7", .eventLoop),
            ("libevent_core-2.1.so.7.0.1", .eventLoop), ("libswiftCore.so", .swiftRuntime),
            ("libswift_Concurrency.so", .swiftRuntime), ("libdispatch.so", .swiftRuntime),
            ("libstdc++.so.6", .languageRuntime), ("libgcc_s.so.1", .languageRuntime), ("libasan.so.8", .sanitizer),
            ("libclang_rt.asan-x86_64.so", .sanitizer),
            ("libpq.so.5", nil), ("libcrypto.so.3", nil), ("libcurl.so.4", nil), ("libeventsapp.so", nil),
            ("libswiftly.so", nil), ("libcares.so.2", nil), ("libmy.so", nil), ("", nil),
        ] as [(String, NeverPatched?)]
    )
    func never(library: String, expected: NeverPatched?) {
        #expect(NeverPatched(library: library) == expected)
    }
}
