// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A program that was started, with streams to it where asked for.
///
/// ```swift
/// let sort = try Subprocess(["sort", "-u"], stdin: .stream, stdout: .stream)
/// try sort.stdin?.write("b\na\n")
/// sort.stdin?.close()
/// let lines = try sort.stdout?.readUntilClose()
/// try sort.waitForExit()
/// ```
///
/// It is started by posix_spawn, never by a fork: with no signal blocked or ignored (but a hang-up under nohup), and with no
/// descriptor of this process but its standard ones. Its end is noticed by the loop of the thread that started it, whether
/// anybody waits or not, so that no zombie is left as long as that loop runs. No SIGCHLD handler is needed, and none of the
/// app's is disturbed; but an app that waits for any child itself, or ignores SIGCHLD, takes the status away.
public final class Subprocess {
    /// What one of its standard descriptors is.
    public struct Redirection: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case inherited
            case pipe
            case null
            case standardOutput
            case descriptor(Int32)
        }

        let kind: Kind

        /// This process's own.
        public static let inherit = Redirection(kind: .inherited)
        /// A pipe, whose other end is a ``PipeIOStream`` here.
        public static let stream = Redirection(kind: .pipe)
        /// `/dev/null`: nothing to read, and whatever is written is lost.
        public static let devNull = Redirection(kind: .null)
        /// For standard error: where standard output goes.
        public static let stdout = Redirection(kind: .standardOutput)

        /// An open descriptor of this process, which keeps it.
        public static func descriptor(_ fd: Int32) -> Redirection {
            Redirection(kind: .descriptor(fd))
        }
    }

    /// A pipe with a stream at this end: Tornado's name for ``Redirection/stream``.
    public static let STREAM = Redirection.stream

    /// Its name and arguments, as given.
    public let arguments: [String]
    /// Its process id, good to be named until ``returncode`` is there.
    public let pid: Int32
    /// What it reads, if that is a stream.
    public let stdin: PipeIOStream?
    /// What it writes, if that is a stream.
    public let stdout: PipeIOStream?
    /// What it complains of, if that is a stream.
    public let stderr: PipeIOStream?

    private let loop: IOLoop
    private var outcome: ChildWatch.End?
    private var exitCallback: ((Int32) throws -> Void)?
    private var waiting: [(number: Int, reply: Reply<Int32>, raiseError: Bool)] = []
    private var lastNumber = 0

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: Its name, which is looked for in this process's `PATH` unless it has a slash, and its arguments.
    ///   - executable: What to run, if it is not the first of `arguments`.
    ///   - stdin: What it reads.
    ///   - stdout: Where it writes to.
    ///   - stderr: Where it complains to.
    ///   - cwd: The folder that it starts in, from which a name with a slash counts too; null is this process's.
    ///   - environment: All its variables; null: this process's.
    ///   - startsGroup: Whether it leads a process group of its own, so that a terminal's ^C does not reach it.
    /// - Throws: ``SubprocessError``.
    public convenience init(
        _ arguments: [String],
        executable: String? = nil,
        stdin: Redirection = .inherit,
        stdout: Redirection = .inherit,
        stderr: Redirection = .inherit,
        cwd: String? = nil,
        environment: [String: String]? = nil,
        startsGroup: Bool = false
    ) throws {
        let spawning = Spawning(
            file: executable ?? arguments.first ?? "",
            arguments: arguments,
            environment: environment,
            folder: cwd,
            startsGroup: startsGroup
        )
        try self.init(spawning, [stdin, stdout, stderr])
    }

    /// Starts a command of the shell, `/bin/sh`.
    ///
    /// - Parameters:
    ///   - command: Must not be made from what others have said.
    ///   - stdin: What it reads.
    ///   - stdout: Where it writes to.
    ///   - stderr: Where it complains to.
    ///   - cwd: The folder that it starts in; null is this process's.
    ///   - environment: All its variables; null: this process's.
    /// - Throws: ``SubprocessError``.
    public convenience init(
        shell command: String,
        stdin: Redirection = .inherit,
        stdout: Redirection = .inherit,
        stderr: Redirection = .inherit,
        cwd: String? = nil,
        environment: [String: String]? = nil
    ) throws {
        try self.init(
            ["/bin/sh", "-c", command],
            stdin: stdin,
            stdout: stdout,
            stderr: stderr,
            cwd: cwd,
            environment: environment
        )
    }

    /// `byAsking`: its end is noticed without a descriptor for it.
    init(_ spawning: Spawning, _ redirections: [Redirection], byAsking: Bool = false) throws {
        self.loop = IOLoop.current
        self.arguments = spawning.arguments
        guard !spawning.file.isEmpty else {
            throw SubprocessError(EINVAL, "Cannot start a program without a name: give its name as the first argument")
        }
        var streams = try ChildStreams(redirections)
        do {
            self.pid = try spawning.start(streams.child)
        } catch {
            streams.closePassing()
            streams.closeOwn()
            throw error
        }
        streams.closePassing()
        self.stdin = try Self.stream(streams.own[0])
        self.stdout = try Self.stream(streams.own[1])
        self.stderr = try Self.stream(streams.own[2])
        ChildWatch(self.pid, self.loop) { self.ended($0) }.begin(byAsking: byAsking)
    }

    private static func stream(_ descriptor: Int32) throws -> PipeIOStream? {
        descriptor < 0 ? nil : PipeIOStream(descriptor)
    }

    // MARK: Its end

    /// Its exit status, or the negative number of the signal that ended it; null while it runs, or if nobody knows.
    public var returncode: Int32? {
        self.loop.checkThread("Subprocess.returncode")
        guard case .status(let status) = self.outcome else { return nil }
        return status
    }

    /// Has `callback` called by the loop with the return code when it has ended; soon, if it has already.
    ///
    /// There is one callback: another one takes its place. Where the status was taken away by somebody else, it gets 0, as in
    /// Tornado.
    public func setExitCallback(_ callback: @escaping (Int32) throws -> Void) {
        self.loop.checkThread("Subprocess.setExitCallback")
        self.exitCallback = callback
        if self.outcome != nil { self.callExitCallback() }
    }

    /// Has `callback` called by the loop when it has ended.
    ///
    /// - Parameters:
    ///   - raiseError: Whether another status than 0 is a ``CalledProcessError``.
    ///   - callback: Told the return code; or ``CalledProcessError``, or ``SubprocessError`` if nobody knows.
    /// - Returns: The wait, to take it back, which leaves the program alone.
    @discardableResult
    public func waitForExit(
        raiseError: Bool = true,
        _ callback: @escaping (Result<Int32, any Error>) throws -> Void
    ) -> Pending {
        self.loop.checkThread("Subprocess.waitForExit")
        let reply = Reply(self.loop, callback)
        if let outcome = self.outcome {
            reply.give(self.answer(outcome, raiseError))
            return Pending { reply.forget() }
        }
        self.lastNumber += 1
        let number = self.lastNumber
        self.waiting.append((number, reply, raiseError))
        return Pending {
            reply.forget()
            self.waiting.removeAll { $0.number == number }
        }
    }

    /// Suspends the greenlet until it has ended.
    ///
    /// - Parameter raiseError: Whether another status than 0 is a ``CalledProcessError``.
    /// - Returns: Its exit status, or the negative number of the signal that ended it.
    /// - Throws: ``CalledProcessError``; ``SubprocessError`` if nobody knows; why the caller cannot wait, or what was thrown into
    ///   it meanwhile, which leaves the program alone.
    @discardableResult
    public func waitForExit(raiseError: Bool = true) throws -> Int32 {
        try ThreeForms.blocking("Subprocess.waitForExit") { self.waitForExit(raiseError: raiseError, $0) }
    }

    /// Suspends the task, which must be on this thread, until it has ended.
    ///
    /// - Parameter raiseError: Whether another status than 0 is a ``CalledProcessError``.
    /// - Returns: Its exit status, or the negative number of the signal that ended it.
    /// - Throws: ``CalledProcessError``; ``SubprocessError`` if nobody knows; `CancellationError` if the task is cancelled, which
    ///   leaves the program alone.
    @discardableResult
    nonisolated(nonsending) public func waitForExit(raiseError: Bool = true) async throws -> Int32 {
        try await ThreeForms.awaiting { self.waitForExit(raiseError: raiseError, $0) }
    }

    // MARK: Signals

    /// Sends it a signal; nothing happens if it has ended.
    ///
    /// - Throws: ``SubprocessError``, if it may not be told, as one with other rights.
    public func sendSignal(_ signal: Int32) throws {
        self.loop.checkThread("Subprocess.sendSignal")
        // Until its status was taken, the number is nobody else's.
        guard self.outcome == nil else { return }
        guard Glibc.kill(self.pid, signal) == 0 || errno == ESRCH else {
            throw SubprocessError(errno, "Cannot send signal \(signal) to process \(self.pid)")
        }
    }

    /// Asks it to end: SIGTERM.
    ///
    /// - Throws: As ``sendSignal(_:)`` does.
    public func terminate() throws {
        try self.sendSignal(SIGTERM)
    }

    /// Ends it: SIGKILL.
    ///
    /// - Throws: As ``sendSignal(_:)`` does.
    public func kill() throws {
        try self.sendSignal(SIGKILL)
    }

    private func ended(_ outcome: ChildWatch.End) {
        self.outcome = outcome
        let waiting = self.waiting
        self.waiting = []
        for wait in waiting { wait.reply.give(self.answer(outcome, wait.raiseError)) }
        self.callExitCallback()
    }

    private func callExitCallback() {
        guard let callback = self.exitCallback else { return }
        self.exitCallback = nil
        let code = self.returncode ?? 0
        self.loop.spawnCallback { try callback(code) }
    }

    private func answer(_ outcome: ChildWatch.End, _ raiseError: Bool) -> Result<Int32, any Error> {
        switch outcome {
        case .status(let status) where status == 0 || !raiseError: .success(status)
        case .status(let status): .failure(CalledProcessError(returncode: status, command: self.arguments))
        case .unknown(let errno):
            .failure(
                SubprocessError(
                    errno,
                    "How '\(self.arguments.joined(separator: " "))' ended is not known: something else in this process has "
                        + "taken its status",
                    try: "wait for no child by waitpid(-1), and leave SIGCHLD as it is"
                )
            )
        }
    }
}
