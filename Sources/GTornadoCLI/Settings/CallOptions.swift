// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// Which of the patches of blocking calls are switched off, one by one.
struct CallOptions: ParsableArguments {
    static let noGreenletVariable = Setting("NO_GREENLET")
    static let noSocketVariable = Setting("NO_SOCKET")
    static let noSelectVariable = Setting("NO_SELECT")
    static let noTimeVariable = Setting("NO_TIME")
    static let noDNSVariable = Setting("NO_DNS")
    static let noSubprocessVariable = Setting("NO_SUBPROCESS")
    static let noSignalVariable = Setting("NO_SIGNAL")

    @Flag(
        name: .customLong("no-greenlet"),
        help: Self.noGreenletVariable.help("No greenlets; all of the following must be left alone too.")
    )
    var noGreenlet = false

    @Flag(
        name: .customLong("no-socket"),
        help: Self.noSocketVariable.help("Leave recv, send, connect and the like alone.")
    )
    var noSocket = false

    @Flag(
        name: .customLong("no-select"),
        help: Self.noSelectVariable.help("Leave poll, select and epoll_wait alone.")
    )
    var noSelect = false

    @Flag(
        name: .customLong("no-time"),
        help: Self.noTimeVariable.help("Leave sleep and the like alone.")
    )
    var noTime = false

    @Flag(
        name: .customLong("no-dns"),
        help: Self.noDNSVariable.help("Leave getaddrinfo and the like alone.")
    )
    var noDNS = false

    @Flag(
        name: .customLong("no-subprocess"),
        help: Self.noSubprocessVariable.help("Leave waitpid, system, popen and the like alone.")
    )
    var noSubprocess = false

    @Flag(
        name: .customLong("no-signal"),
        help: Self.noSignalVariable.help("Leave sigwait, pause and the like alone.")
    )
    var noSignal = false

    /// The patches that flags switch off.
    var switchedOff: [String] {
        Self.names([
            (.greenlet, self.noGreenlet), (.socket, self.noSocket), (.select, self.noSelect), (.time, self.noTime),
            (.dns, self.noDNS), (.subprocess, self.noSubprocess), (.signal, self.noSignal),
        ])
    }

    /// The patches that variables switch off.
    static func switchedOffByVariables() throws -> [String] {
        let variables: [(Patch.Name, Setting)] = [
            (.greenlet, Self.noGreenletVariable), (.socket, Self.noSocketVariable), (.select, Self.noSelectVariable),
            (.time, Self.noTimeVariable), (.dns, Self.noDNSVariable), (.subprocess, Self.noSubprocessVariable),
            (.signal, Self.noSignalVariable),
        ]
        return Self.names(try variables.map { ($0.0, try $0.1.flag() == true) })
    }

    private static func names(_ patches: [(Patch.Name, Bool)]) -> [String] {
        patches.filter(\.1).map(\.0.rawValue)
    }
}
