// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What is wrong with an ELF file.
enum ELFError: Error, Equatable {
    /// The first bytes are not those of an ELF file.
    case notELF
    /// The file ends before this part of it.
    case truncated(String)
    /// This part says something impossible.
    case malformed(String)
    /// A 32-bit file, for this CPU.
    case notSixtyFourBit(machine: UInt16)
    /// A big-endian file, for this CPU.
    case bigEndian(machine: UInt16)

    /// A sentence for people.
    var reason: String {
        switch self {
        case .notELF:
            "it is not an ELF file"
        case .truncated(let part):
            "the file is truncated: it ends before its \(part)"
        case .malformed(let part):
            "the file is damaged: \(part)"
        case .notSixtyFourBit(let machine):
            "it is a 32-bit library (\(Machine(machine)))"
        case .bigEndian(let machine):
            "it is a big-endian library (\(Machine(machine)))"
        }
    }
}
