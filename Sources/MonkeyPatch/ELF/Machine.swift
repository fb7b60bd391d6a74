// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A CPU, by its ELF number.
struct Machine: Equatable, CustomStringConvertible {
    let number: UInt16

    init(_ number: UInt16) {
        self.number = number
    }

    static let x86 = Machine(62)
    static let arm = Machine(183)

    /// The CPU this process runs on.
    static var here: Machine {
        #if arch(x86_64)
        .x86
        #elseif arch(arm64)
        .arm
        #else
        #error("gtornado runs on x86-64 and AArch64")
        #endif
    }

    var description: String {
        switch self.number {
        case 3: "Intel 80386"
        case 8: "MIPS"
        case 20: "PowerPC"
        case 21: "PowerPC64"
        case 22: "IBM S/390"
        case 40: "ARM"
        case 62: "x86-64"
        case 183: "AArch64"
        case 243: "RISC-V"
        case 258: "LoongArch"
        default: "ELF machine \(self.number)"
        }
    }
}
