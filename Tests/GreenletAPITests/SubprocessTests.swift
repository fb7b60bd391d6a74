// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing

@testable import TornadoCore

extension AllTests {
    @Suite("Subprocess")
    struct SubprocessTests {
        private static func descriptors() -> Int { (0..<4096).count { fcntl(Int32($0), F_GETFD) >= 0 } }

        /// What the first descriptors are open on, but for those of libdispatch, whose thread makes them when it first needs
        /// them.
        private static func openFiles() -> [String] {
            (0..<256).compactMap { number in
                var target = [CChar](repeating: 0, count: 256)
                let size = readlink("/proc/self/fd/\(number)", &target, target.count)
                guard size >= 0 else { return nil }
                let name = String(decoding: target[..<size].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let isRuntime = ["timerfd", "eventfd", "eventpoll"].contains { name == "anon_inode:[\($0)]" }
                return isRuntime ? nil : "\(number) \(name)"
            }
        }

        /// Children that have ended and were not waited for.
        private static func hasZombies() -> Bool {
            var info = siginfo_t()
            return waitid(P_ALL, 0, &info, Int32(WEXITED) | Int32(WNOHANG) | Int32(WNOWAIT)) == 0 && info.si_signo != 0
        }

        private static func text(_ stream: PipeIOStream?) throws -> String {
            String(decoding: try stream?.readUntilClose() ?? [], as: UTF8.self)
        }

        @Test("streams go in and out", arguments: LoopKind.allCases)
        func streams(_ loop: LoopKind) throws {
            try loop.run { stage in
                let sort = try Subprocess(["sort", "-u"], stdin: .stream, stdout: Subprocess.STREAM)
                try sort.stdin?.write("b\na\nb\n")
                sort.stdin?.close()
                let lines = try Self.text(sort.stdout)
                stage.expect(lines, equals: "a\nb\n")
                let code = try sort.waitForExit()
                stage.expect(code, equals: 0)
                stage.expect(sort.returncode, equals: 0)
                let both = try Subprocess(shell: "echo out; echo err >&2", stdout: .stream, stderr: .stdout)
                let mixed = try Self.text(both.stdout)
                stage.expect(mixed, equals: "out\nerr\n")
                let apart = try Subprocess(shell: "echo out; echo err >&2", stdout: .devNull, stderr: .stream)
                let errors = try Self.text(apart.stderr)
                stage.expect(errors, equals: "err\n")
                let empty = try Subprocess(["cat"], stdin: .devNull, stdout: .stream)
                let nothing = try Self.text(empty.stdout)
                stage.expect(nothing, equals: "")
                for child in [both, apart, empty] { try child.waitForExit() }
            }
        }

        @Test("folder, variables, name, group, and large output both ways", arguments: LoopKind.allCases)
        func settings(_ loop: LoopKind) throws {
            try loop.run { stage in
                let child = try Subprocess(
                    ["named", "-c", "pwd; echo $WORD $HOME; echo $0; ps -o pgid= -p $$ | tr -d ' '; echo $$"],
                    executable: "/bin/sh",
                    stdout: .stream,
                    cwd: "/usr/bin",
                    environment: ["WORD": "word", "PATH": "/usr/bin:/bin"],
                    startsGroup: true
                )
                let lines = try Self.text(child.stdout).split(separator: "\n").map(String.init)
                stage.expect(lines, equals: ["/usr/bin", "word", "named", "\(child.pid)", "\(child.pid)"])
                try child.waitForExit()
                let cat = try Subprocess(["cat"], stdin: .stream, stdout: .stream)
                let bytes = [UInt8](repeating: 97, count: 1 << 20)
                let writer = Greenlet.spawn {
                    try cat.stdin?.write(bytes)
                    cat.stdin?.close()
                }
                let back = try cat.stdout?.readUntilClose()
                stage.expect(back?.count, equals: 1 << 20)
                try writer.get()
                try cat.waitForExit()
            }
        }

        @Test("its end in three forms, and twice", arguments: LoopKind.allCases)
        func forms(_ loop: LoopKind) throws {
            try loop.run { stage in
                let failing = try Subprocess(shell: "exit 3")
                let error = stage.expect(throws: CalledProcessError.self) { try failing.waitForExit() }
                stage.expect(error?.returncode, equals: 3)
                stage.expect(error?.description.contains("status 3") ?? false)
                let again = try failing.waitForExit(raiseError: false)
                stage.expect(again, equals: 3)
                let code = try Greenlet.wait {
                    let child = try Subprocess(shell: "exit 4")
                    return try await child.waitForExit(raiseError: false)
                }
                stage.expect(code, equals: 4)
                let result = AsyncResult<Int32>()
                let killed = try Subprocess(["sleep", "60"])
                killed.setExitCallback { result.set($0) }
                stage.expect(killed.returncode == nil)
                try killed.kill()
                let signal = try result.get(timeout: 10)
                stage.expect(signal, equals: -SIGKILL)
                try killed.terminate()
                let late = AsyncResult<Int32>()
                killed.setExitCallback { late.set($0) }
                let same = try late.get(timeout: 10)
                stage.expect(same, equals: -SIGKILL)
                let said = stage.expect(throws: CalledProcessError.self) { try killed.waitForExit() }
                stage.expect(said?.description.contains("signal 9") ?? false)
            }
        }

        @Test("a wait that is given up leaves the program alone", arguments: LoopKind.allCases)
        func givenUp(_ loop: LoopKind) throws {
            try loop.run { stage in
                let child = try Subprocess(["cat"], stdin: .stream)
                stage.expect(throws: TimeoutError.self) { _ = try Timeout.with(0.02) { try child.waitForExit() } }
                var failure: (any Error)?
                let task = IOLoop.current.spawn {
                    do { try await child.waitForExit() } catch { failure = error }
                }
                try Greenlet.sleep(0.02)
                task.cancel()
                for _ in 0..<1000 where failure == nil { try Greenlet.sleep(0.002) }
                stage.expect(failure is CancellationError)
                stage.expect(child.returncode == nil)
                child.stdin?.close()
                let code = try child.waitForExit()
                stage.expect(code, equals: 0)
            }
        }

        @Test("what cannot be started says why, and leaves nothing", arguments: LoopKind.allCases)
        func refused(_ loop: LoopKind) async {
            // In a process of its own: here other tests open and close descriptors meanwhile.
            await #expect(processExitsWith: .success) { [loop] in
                try loop.run { stage in
                    let before = Self.openFiles()
                    Self.refuse(stage)
                    // The runtime's own threads read files of the kernel's now and then.
                    var after = Self.openFiles()
                    for _ in 0..<500 where after != before {
                        usleep(2000)
                        after = Self.openFiles()
                    }
                    stage.expect(after, equals: before, "descriptors are left")
                }
            }
        }

        private static func refuse(_ stage: Stage) {
            let cases: [(words: [String], cwd: String?, errno: Int32, text: String)] = [
                (["no-such-program-here"], nil, ENOENT, "no such name in PATH"),
                (["/etc/passwd"], nil, EACCES, "may not be executed"),
                (["true"], "/no/such/folder", ENOENT, "no such folder"),
                ([], nil, EINVAL, "without a name"),
                (["echo", "a\0b"], nil, EINVAL, "a NUL"),
            ]
            for one in cases {
                let error = stage.expect(throws: SubprocessError.self) {
                    _ = try Subprocess(one.words, stdin: .stream, stdout: .stream, stderr: .devNull, cwd: one.cwd)
                }
                stage.expect(error?.errno, equals: one.errno)
                stage.expect(error?.description.contains(one.text) ?? false, "\(String(describing: error))")
            }
            stage.expect(throws: SubprocessError.self) { _ = try Subprocess(["true"], stdout: .descriptor(4000)) }
        }

        @Test("it gets three descriptors, and no signal ignored or blocked", arguments: LoopKind.allCases)
        func clean(_ loop: LoopKind) throws {
            try loop.run { stage in
                // Not closed on exec: a careless library's.
                let careless = dup(1)
                defer { close(careless) }
                signal(SIGUSR1, SIG_IGN)
                defer { signal(SIGUSR1, SIG_DFL) }
                var blocked = sigset_t()
                var before = sigset_t()
                sigemptyset(&blocked)
                sigaddset(&blocked, SIGUSR2)
                pthread_sigmask(SIG_BLOCK, &blocked, &before)
                defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
                let child = try Subprocess(
                    ["grep", "-E", "^Sig(Blk|Ign)|^FDSize", "/proc/self/status"],
                    stdin: .devNull,
                    stdout: .stream
                )
                let status = try Self.text(child.stdout)
                for name in ["SigBlk", "SigIgn"] {
                    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
                    let mask = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
                    // 32 and 33 are glibc's own affair.
                    stage.expect((mask ?? 1) & ~(3 << 31), equals: 0, "\(status)")
                }
                try child.waitForExit()
                let script = "ls /proc/$$/fd; true"
                let list = try Subprocess(shell: script, stdin: .devNull, stdout: .stream, stderr: .stdout)
                let open = try Self.text(list.stdout).split(separator: "\n").map(String.init)
                // The shell may keep a copy of its own of the script, beyond 9.
                stage.expect(open.filter { $0.count == 1 }, equals: ["0", "1", "2"])
                try list.waitForExit()
            }
        }

        @Test("descriptors may be crossed", arguments: LoopKind.allCases)
        func crossed(_ loop: LoopKind) throws {
            try loop.run { stage in
                var ends: [Int32] = [-1, -1]
                stage.expect(pipe(&ends), equals: 0)
                // Standard output becomes what standard error is here, and standard error a pipe.
                let child = try Subprocess(
                    shell: "echo to the pipe >&2",
                    stdin: .descriptor(1),
                    stdout: .descriptor(0),
                    stderr: .descriptor(ends[1])
                )
                close(ends[1])
                let stream = PipeIOStream(ends[0])
                let text = try Self.text(stream)
                stage.expect(text, equals: "to the pipe\n")
                try child.waitForExit()
            }
        }

        @Test("five hundred children leave no zombie and no descriptor", arguments: LoopKind.allCases)
        func many(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Self.descriptors()
                for _ in 0..<10 {
                    let children = try (0..<50).map { index in
                        try Subprocess(["true"], stdin: index % 2 == 0 ? .stream : .devNull, stdout: .stream)
                    }
                    for child in children {
                        let code = try child.waitForExit()
                        stage.expect(code, equals: 0)
                        child.stdin?.close()
                        child.stdout?.close()
                    }
                }
                // Nobody waits for these.
                for _ in 0..<50 { _ = try Subprocess(["true"]) }
                // Other tests of this process open and close some meanwhile: far fewer than children would leave.
                let limit = before + 50
                for _ in 0..<1000 where Self.descriptors() > limit || Self.hasZombies() { try Greenlet.sleep(0.005) }
                stage.expect(Self.descriptors() <= limit, "descriptors are left")
                stage.expect(!Self.hasZombies(), "zombies are left")
            }
        }

        @Test("without a descriptor for a process its end is noticed too", arguments: LoopKind.allCases)
        func byAsking(_ loop: LoopKind) throws {
            try loop.run { stage in
                let spawning = Spawning(
                    file: "sh",
                    arguments: ["sh", "-c", "sleep 0.1; exit 5"],
                    environment: nil,
                    folder: nil,
                    startsGroup: false
                )
                let child = try Subprocess(spawning, [.inherit, .inherit, .inherit], byAsking: true)
                let code = try child.waitForExit(raiseError: false)
                stage.expect(code, equals: 5)
                stage.expect(!Self.hasZombies(), "zombies are left")
            }
        }

        @Test("a status that somebody else has taken is not known", arguments: LoopKind.allCases)
        func taken(_ loop: LoopKind) throws {
            try loop.run { stage in
                let child = try Subprocess(["true"])
                // In place, before the loop can look.
                var info = siginfo_t()
                stage.expect(waitid(P_PID, id_t(child.pid), &info, Int32(WEXITED)), equals: 0)
                let error = stage.expect(throws: SubprocessError.self) { try child.waitForExit() }
                stage.expect(error?.errno, equals: ECHILD)
                stage.expect(child.returncode == nil)
                try child.kill()
            }
        }

        @Test("there is a processor")
        func processors() {
            #expect(cpuCount() >= 1)
            #expect(cpuCount() <= sysconf(Int32(_SC_NPROCESSORS_CONF)))
        }
    }
}
