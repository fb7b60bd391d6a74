// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser

/// Where to listen.
struct ListeningOptions: ParsableArguments {
    static let httpSocket = Setting("HTTP_SOCKET")

    @Option(
        name: [.customLong("http-socket"), .customShort("b")],
        help: Self.httpSocket.help(
            "Listen here, in place of the app's own first address: :9090, host:port, [::1]:80, unix:/path or fd://3; "
                + "port 0 takes a free one. Can be given several times; the variable has commas between.",
            valueName: "address"
        )
    )
    var sockets: [String] = []

    /// The addresses given, by flags or by the variable.
    var resolved: [String] {
        self.sockets.isEmpty ? Self.httpSocket.list : self.sockets
    }
}
