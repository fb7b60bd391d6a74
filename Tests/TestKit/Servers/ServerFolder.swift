// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A folder for a server's files, which goes when the object goes.
final class ServerFolder {
    let path: String

    /// Makes it.
    ///
    /// Servers that will not run as root get a folder that belongs to another user.
    init(_ name: String, owner: Owner? = nil) throws {
        // Not in TMPDIR: Unix sockets are in it, whose paths must be short.
        self.path = "/tmp/gtornado-\(name)-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        if let owner { chown(self.path, owner.user, owner.group) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    /// Writes a file.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = self.file(name)
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }
}

/// Who a server runs as where the tests run as root and the server refuses to.
struct Owner {
    let user: uid_t
    let group: gid_t

    /// Nil if the tests do not run as root: then servers run as whoever runs the tests.
    init?(_ name: String) {
        guard geteuid() == 0, let entry = getpwnam(name) ?? getpwnam("nobody") else { return nil }
        self.user = entry.pointee.pw_uid
        self.group = entry.pointee.pw_gid
    }

    /// What to put before a command.
    var prefix: [String] {
        ["setpriv", "--reuid=\(self.user)", "--regid=\(self.group)", "--clear-groups"]
    }
}
