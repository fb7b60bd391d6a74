// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var childChecks: [Check] {
    [
        Check("main starts a program and waits for it before the loop runs") { _ in
            let child = try Subprocess(["cat"], stdin: .stream, stdout: .stream)
            try child.stdin?.write("through a pipe")
            child.stdin?.close()
            let text = try child.stdout?.readUntilClose()
            try expect(text, equals: Array("through a pipe".utf8))
            try expect(child.waitForExit(), equals: 0)
            child.stdout?.close()
        },
        Check(task: "a task does") {
            let child = try Subprocess(shell: "read line; echo $line $line; exit 3", stdin: .stream, stdout: .stream)
            try await child.stdin?.write("word\n")
            try expect(await child.stdout?.readUntilClose(), equals: Array("word word\n".utf8))
            let error = try await failure(CalledProcessError.self) { try await child.waitForExit() }
            try expect(error.returncode, equals: 3)
            child.stdin?.close()
            child.stdout?.close()
        },
        Check(callback: "a callback is told of its end") { _, done in
            try Subprocess(["true"]).setExitCallback { code in done(Result { try expect(code, equals: 0) }) }
        },
        Check("what cannot be started says why, and leaves nothing open") { _ in
            for (words, folder, errno) in [
                (["/nowhere/program"], nil, ENOENT), (["nowhere-at-all"], nil, ENOENT), (["/etc/passwd"], nil, EACCES),
                (["/etc"], nil, EACCES), (["true"], "/nowhere", ENOENT),
            ] {
                let before = openDescriptors()
                do {
                    _ = try Subprocess(words, stdin: .stream, stdout: .stream, stderr: .devNull, cwd: folder)
                    throw CheckFailure(description: "\(words) was started")
                } catch let error as SubprocessError {
                    try expect(error.errno, equals: errno)
                }
                try expect(openDescriptors(), equals: before)
            }
        },
        Check(task: "a child has its folder, its variables and its three descriptors, and blocks no signal") {
            // The fourth is what ls reads.
            let script = "pwd; echo $WORD; ls /proc/self/fd; grep -E 'SigBlk|SigIgn' /proc/self/status"
            let child = try Subprocess(
                ["sh", "-c", script],
                stdout: .stream,
                cwd: "/usr",
                environment: ["WORD": "told", "PATH": "/usr/bin:/bin"],
                startsGroup: true
            )
            let output = try await child.stdout?.readUntilClose() ?? []
            let lines = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
            try expect(Array(lines.prefix(7)), equals: ["/usr", "told", "0", "1", "2", "3", "SigBlk:"])
            let ignored = getenv("NETAPP_HANGUPS") == nil ? 0 : 1
            // The C library ignores two of its own in what it starts.
            let signals = lines.dropFirst(7).map { text in Int(text, radix: 16).map { $0 & 0x7FFF_FFFF } }
            try expect(signals, equals: [0, nil, ignored])
            try await child.waitForExit()
            child.stdout?.close()
        },
        Check("a hundred children at once leave no zombie") { _ in
            var codes: [Int32] = []
            for number in 0..<100 {
                try Subprocess(shell: "exit \(number)").setExitCallback { codes.append($0) }
            }
            try expectSoon("they do not end") { codes.count == 100 }
            try expect(codes.sorted(), equals: (0..<100).map { Int32($0) })
            var info = siginfo_t()
            try expect(waitid(P_ALL, 0, &info, Int32(WEXITED) | Int32(WNOHANG)), equals: -1)
        },
    ]
}
