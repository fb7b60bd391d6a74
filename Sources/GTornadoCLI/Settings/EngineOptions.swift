// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// How synchronous handlers are run: each in a greenlet, so many at once.
struct EngineOptions: ParsableArguments {
    static let greenletVariable = Setting("GREENLET")
    static let coresVariable = Setting("CORES")
    static let whenFullVariable = Setting("WHEN_FULL")
    static let stackSizeVariable = Setting("STACK_SIZE")

    @Flag(
        name: .customLong("greenlet"),
        help: Self.greenletVariable.help(
            "Insist on greenlets, which synchronous handlers get anyway: it is an error if there can be none."
        )
    )
    var greenlet = false

    @Option(
        name: [.customLong("cores"), .customLong("tornado")],
        help: Self.coresVariable.help(
            "How many requests may be in synchronous handlers at once; 0 is no limit.",
            default: "0",
            valueName: "number"
        )
    )
    var cores: UInt32?

    @Option(
        name: .customLong("when-full"),
        help: Self.whenFullVariable.help(
            "What further requests see: they wait, and no connections are accepted meanwhile (wait); so many wait and "
                + "the rest get 503 (queue:N); all get 503 with Retry-After (503).",
            default: "wait",
            valueName: "policy"
        ),
        completion: .list(["wait", "queue:", "503"])
    )
    var whenFull: WhenFull?

    @Option(
        name: .customLong("stack-size"),
        help: Self.stackSizeVariable.help(
            "Bytes of stack of a greenlet, from 16k to 1g: 65536, 256k, 1m. What is not used costs no memory.",
            default: "256k",
            valueName: "size"
        )
    )
    var stackSize: ByteSize?

    /// Puts what was chosen into a run's options.
    func apply(to options: inout RunOptions) throws {
        let cores = try self.cores ?? Self.coresVariable.value(as: UInt32.self) ?? 0
        let whenFull = try self.whenFull ?? Self.whenFullVariable.value(as: WhenFull.self) ?? .wait
        options.host.cores = cores
        options.host.whenFull = whenFull.number
        options.host.queueLimit = whenFull.queueLimit
        options.stackSize = try self.chosenStackSize()
        let isInsisting = try self.greenlet || Self.greenletVariable.flag() ?? false
        options.needsGreenlets = isInsisting ? "--greenlet" : cores > 0 ? "--cores \(cores)" : nil
    }

    private func chosenStackSize() throws -> Int {
        guard let size = try self.stackSize ?? Self.stackSizeVariable.value(as: ByteSize.self) else {
            return RunOptions().stackSize
        }
        guard RunOptions.stackSizes.contains(size.bytes) else {
            throw MonkeyError(
                .usage,
                "cannot use stacks of \(size.bytes) bytes",
                because: "a greenlet's stack has from 16k to 1g",
                try: "--stack-size 256k"
            )
        }
        return size.bytes
    }
}
