// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A program ended with another status than 0.
public struct CalledProcessError: Error, Equatable, CustomStringConvertible {
    /// Its exit status, or the negative number of the signal that ended it.
    public let returncode: Int32
    /// Its name and arguments.
    public let command: [String]

    /// What ended how.
    public var description: String {
        let words = self.command.joined(separator: " ")
        guard self.returncode < 0 else { return "'\(words)' ended with status \(self.returncode)" }
        let signal = strsignal(-self.returncode).map { String(cString: $0) } ?? "unknown"
        return "'\(words)' was ended by signal \(-self.returncode) (\(signal))"
    }
}

/// A program could not be started, or what became of it is not known.
public struct SubprocessError: Error, Equatable, CustomStringConvertible {
    /// The system's number.
    public let errno: Int32
    /// What failed, on what, why, and what to try.
    public let description: String

    init(_ errno: Int32, _ what: String, try remedy: String? = nil) {
        self.errno = errno
        self.description =
            "\(what): \(String(cString: strerror(errno)))" + (remedy.map { "; \($0)" } ?? "")
    }

    /// Why `command` was not started.
    static func notStarted(_ command: [String], _ folder: String?, _ errno: Int32) -> SubprocessError {
        let what = "Cannot start '\(command.joined(separator: " "))'"
        var status = stat()
        if let folder, stat(folder, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR {
            return SubprocessError(errno, what + " in \(folder)", try: "there is no such folder")
        }
        let remedy: String? =
            switch errno {
            case ENOENT: "no such file, or no such name in PATH"
            case EACCES: "it may not be executed"
            case ENOEXEC: "it is no program: name its interpreter first"
            case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
            case EAGAIN: "raise the limit of processes (ulimit -u)"
            default: nil
            }
        return SubprocessError(errno, what, try: remedy)
    }
}
