// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

@Suite("The blocking calls of a library's file")
struct PluginCallsTests {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <mqueue.h>
        #include <poll.h>
        #include <pthread.h>
        #include <semaphore.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        ssize_t get(int fd, char *p, size_t n) { return recv(fd, p, n, 0) + poll(0, 0, 1) + sleep(1) + (long)strlen(p); }
        char *line(char *p, FILE *f) { return fgets(p, 10, f); }
        long raw(void) { return syscall(SYS_gettid); }
        int wait_for(sem_t *s, pthread_mutex_t *m) { return sem_wait(s) + pthread_mutex_lock(m); }
        long queue(mqd_t q, char *p) { return mq_receive(q, p, 1, 0); }
        void *load(const char *p) { return dlopen(p, RTLD_NOW); }
        """

    private func calls() throws -> PluginCalls {
        let made = try CompiledFile(Self.source, ["-shared", "-fPIC", "-O1"], name: "libcalls.so")
        return PluginCalls(path: made.path, search: LibrarySearch(environment: ""))
    }

    @Test("are those that would be rewritten, by family")
    func rewritten() throws {
        let library = try #require(try self.calls().libraries.first)
        #expect(library.name == "libcalls.so")
        #expect(library.neededBy == nil)
        let families = Dictionary(uniqueKeysWithValues: library.calls.map { ($0.name, $0.family) })
        #expect(families["recv"] == .socket)
        #expect(families["poll"] == .select)
        #expect(families["sleep"] == .time)
        #expect(families["strlen"] == nil)
    }

    @Test("are those that would escape, with the reason")
    func escaping() throws {
        let library = try #require(try self.calls().libraries.first)
        let escapes = Dictionary(uniqueKeysWithValues: library.escaping.map { ($0.name, $0.escape) })
        #expect(escapes["fgets"] == .stdio)
        #expect(escapes["syscall"] == .syscalls)
        #expect(escapes["sem_wait"] == .threads)
        #expect(escapes["pthread_mutex_lock"] == .threads, "watching a lock does not make it yield")
        #expect(escapes["mq_receive"] == .ipc)
        #expect(escapes["recv"] == nil)
        #expect(Set(library.calls.map(\.name)).isDisjoint(with: library.escaping.map(\.name)))
    }

    @Test("say nothing of a library that has none")
    func none() throws {
        let made = try CompiledFile("#include <string.h>\nsize_t length(const char *p) { return strlen(p); }")
        let library = try #require(PluginCalls(path: made.path, search: LibrarySearch(environment: "")).libraries.first)
        #expect(library.calls.isEmpty && library.escaping.isEmpty && library.notes.isEmpty)
    }

    @Test("are out of reach where the C library is linked into the file")
    func withoutLibc() throws {
        let made = try CompiledFile("int add(int a, int b) { return a + b; }", ["-shared", "-fPIC", "-nostdlib"])
        let library = try #require(PluginCalls(path: made.path, search: LibrarySearch(environment: "")).libraries.first)
        #expect(library.notes == ["it imports no C library: calls of one that is linked into it would escape"])
    }

    @Test("of C++ are read like those of C")
    func cxx() throws {
        let source = """
            #include <condition_variable>
            #include <thread>
            #include <unistd.h>
            void nap() { std::this_thread::sleep_for(std::chrono::seconds(1)); sleep(1); }
            void hold(std::condition_variable &c, std::unique_lock<std::mutex> &l) { c.wait(l); }
            """
        let made = try CompiledFile(source, ["-x", "c++", "-shared", "-fPIC", "-O1", "-lstdc++"])
        let calls = PluginCalls(path: made.path, search: LibrarySearch(environment: ""))
        let library = try #require(calls.libraries.first)
        #expect(library.calls.map(\.name).contains("sleep"))
        #expect(library.escaping.map(\.escape).contains(.threads))
    }
}
