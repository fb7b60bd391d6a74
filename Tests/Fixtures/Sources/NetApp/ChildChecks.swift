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
