// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit

/// The kernel's table of the process's descriptors.
public enum DescriptorTable {
    /// Ten thousand clients and what an app opens for them; 128 KiB of the kernel's memory.
    private static let room: Int32 = 16_384

    private static let widened: Void = gt_widen_descriptor_table(room)

    /// Makes room for many clients, the first time that it is called; where the process still has one thread only.
    ///
    /// Otherwise the table grows while clients connect, and in a process of several threads each doubling keeps its loop
    /// for 10 to 20 ms.
    public static func widen() {
        _ = self.widened
    }
}
