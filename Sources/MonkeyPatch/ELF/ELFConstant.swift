// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Numbers from the ELF specification.
enum ELFConstant {
    static let segmentLoad: UInt32 = 1
    static let segmentDynamic: UInt32 = 2
    static let segmentReadOnlyAfterRelocation: UInt32 = 0x6474_E552
    static let sectionSymbols: UInt32 = 2
    static let sectionWithoutBytes: UInt32 = 8
    static let sectionDynamicSymbols: UInt32 = 11
    static let extendedSectionIndex: UInt16 = 0xFFFF
    static let segmentSize = 56
    static let sectionSize = 64
    static let symbolSize = 24
    static let dynamicSize = 16
    static let relocationSize = 24
}
