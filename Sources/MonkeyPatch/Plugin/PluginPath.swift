// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// From a path to an open file.
enum PluginPath {
    /// Opens a plugin's file for reading.
    static func open(_ path: String) throws(MonkeyError) -> FileBytes {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw MonkeyError(
                .usage,
                "cannot open the plugin",
                because: "the path is empty or not a path",
                try: "gtornado run ./libapp.so"
            )
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.unreadable(path, errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            return try Self.openRegular(path)
        case S_IFDIR:
            throw PackageAdvice.error(forDirectory: path)
        default:
            throw MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: "it is a device, socket or pipe, and not a file",
                try: "give the path of a lib*.so"
            )
        }
    }

    private static func openRegular(_ path: String) throws(MonkeyError) -> FileBytes {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw Self.unreadable(path, number)
        }
        return FileBytes(descriptor: descriptor, count: max(0, Int(status.st_size)))
    }

    private static func unreadable(_ path: String, _ number: Int32) -> MonkeyError {
        let reason = SystemError.text(number)
        switch number {
        case ENOENT, ENOTDIR:
            return MonkeyError(
                .noInput,
                "cannot open plugin \(path)",
                because: reason,
                remedies: PackageAdvice.forMissing(path)
            )
        case EACCES, EPERM:
            return MonkeyError(
                .noInput,
                "cannot open plugin \(path)",
                because: reason,
                try: "make it readable: chmod +r \(path)",
                "look at the folders above it, which must be searchable: namei -l \(path)"
            )
        default:
            return MonkeyError(
                .noInput,
                "cannot open plugin \(path)",
                because: reason,
                try: "check the path: ls -l \(path)"
            )
        }
    }

    /// The path from the root.
    ///
    /// A symbolic link stays one: a plugin's $ORIGIN is where the link is.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return "./" + path }
        defer { free(current) }
        let directory = String(cString: current)
        return directory == "/" ? "/" + path : directory + "/" + path
    }
}

/// What errno numbers mean.
enum SystemError {
    /// The system's words for an errno number.
    static func text(_ number: Int32) -> String {
        String(cString: strerror(number))
    }
}
