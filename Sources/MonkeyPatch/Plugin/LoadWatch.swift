// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization

/// What a plugin's initialisers do while it is loaded, before anybody has called it: whether they block, end the process,
/// or change how it handles signals.
///
/// One plugin is loaded at a time.
enum LoadWatch {
    /// Seconds after which a load that has not ended is spoken of.
    private static let patience: UInt32 = 5

    private struct State {
        var path: String
        var handlers: [SignalHandling]
        /// Whose code runs.
        var runs = "a static initialiser of it, or of a library that it needs,"
    }

    private static let state = Mutex<State?>(nil)

    /// To be called right before the plugin is loaded.
    static func begin(_ path: String) {
        self.state.withLock { $0 = State(path: path, handlers: SignalHandling.all()) }
        _ = self.exitWatch
        self.startClock()
    }

    /// To be called right after.
    ///
    /// - Returns: The signals whose handling the initialisers have changed: "SIGTERM".
    static func end() -> [String] {
        let before = self.state.withLock { state in
            defer { state = nil }
            return state?.handlers ?? []
        }
        return zip(before, SignalHandling.all()).filter { $0 != $1 }.map(\.0.name)
    }

    /// Calls the plugin's entry, which must not end the process either.
    static func calling<Result>(_ function: String, of path: String, _ body: () -> Result) -> Result {
        self.state.withLock { $0 = State(path: path, handlers: [], runs: "its \(function)()") }
        defer { self.state.withLock { $0 = nil } }
        return body()
    }

    private static var current: State? {
        self.state.withLock { $0 }
    }

    /// Registered once: a process that ends while a plugin is loaded was ended by it.
    private static let exitWatch: Void = {
        atexit {
            guard let state = LoadWatch.current else { return }
            LoadWatch.say(
                MonkeyError(
                    .appFailed,
                    "cannot load \(state.path)",
                    because: "it ended the process while it was loaded: \(state.runs) called exit()",
                    try: "move that work into the app's main"
                ).description
            )
            _exit(MonkeyError.Code.appFailed.exitStatus)
        }
    }()

    private static func startClock() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 256 * 1024)
        var every = sigset_t()
        var before = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_SETMASK, &every, &before)
        var thread = pthread_t()
        pthread_create(&thread, &attributes, { _ in LoadWatch.wait() }, nil)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        pthread_attr_destroy(&attributes)
    }

    private static func wait() -> UnsafeMutableRawPointer? {
        var left = self.patience
        while left > 0 { left = sleep(left) }
        if let state = self.current {
            self.say(
                "gtornado: \(state.path) has been loading for \(self.patience) s: \(state.runs) blocks. "
                    + "Nothing is patched before it is loaded; move that work into the app's main."
            )
        }
        return nil
    }

    private static func say(_ text: String) {
        let line = text + "\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

/// How the process handles one signal.
private struct SignalHandling: Equatable {
    let name: String
    private let handler: UInt
    private let flags: Int32

    /// Those that mean something to a server, or to the runner.
    static func all() -> [SignalHandling] {
        let watched: [(String, Int32)] = [
            ("SIGHUP", SIGHUP), ("SIGINT", SIGINT), ("SIGQUIT", SIGQUIT), ("SIGABRT", SIGABRT), ("SIGFPE", SIGFPE),
            ("SIGUSR1", SIGUSR1), ("SIGSEGV", SIGSEGV), ("SIGUSR2", SIGUSR2), ("SIGPIPE", SIGPIPE),
            ("SIGALRM", SIGALRM), ("SIGTERM", SIGTERM), ("SIGCHLD", SIGCHLD),
        ]
        return watched.map { SignalHandling($0.0, $0.1) }
    }

    private init(_ name: String, _ number: Int32) {
        var action = sigaction()
        sigaction(number, nil, &action)
        self.name = name
        self.handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
        self.flags = action.sa_flags
    }
}
