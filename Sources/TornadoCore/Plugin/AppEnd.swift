// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit

/// What is done when the app's main has returned, on its thread: the loop turns no more, and the process ends.
package enum AppEnd {
    // Written and read on the main thread only.
    private nonisolated(unsafe) static var actions: [() -> Void] = []

    /// Has something done then, in the order in which it was asked for; nothing comes of it on other threads.
    package static func add(_ action: @escaping () -> Void) {
        if gt_is_main_thread() != 0 { self.actions.append(action) }
    }

    static func tell() {
        let actions = self.actions
        self.actions = []
        for action in actions { action() }
    }
}
