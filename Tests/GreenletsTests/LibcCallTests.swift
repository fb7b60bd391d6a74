// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import Glibc
import LibcCases
import Testing

/// What every patched call is tried with: the same case by libc itself, by the patched call where nobody can wait, and
/// in a greenlet on either loop, with equal results.
@Suite("Libc calls: plain, patched outside, and patched inside a greenlet", .serialized)
struct LibcCallTests {
    @Test("behave alike", .timeLimit(.minutes(1)), arguments: LibcCase.all.filter { !$0.isAlone && $0.expected == nil })
    func alike(_ libcCase: LibcCase) throws {
        let runs = CaseRun.all(of: libcCase, ways: CaseWay.allCases)
        try #require(!runs[0].text.isEmpty, "\(libcCase) writes nothing")
        for run in runs {
            #expect(run.code == 0, "\(libcCase), \(run.way): error \(-run.code)")
            #expect(!run.text.contains("setup failed"), "\(libcCase), \(run.way): \(run.text)")
            #expect(run.text == runs[0].text, "\(libcCase), \(run.way), is not as plain libc")
        }
    }

    @Test(
        "in greenlets only",
        .timeLimit(.minutes(1)),
        arguments: LibcCase.all.filter { !$0.isAlone && $0.expected != nil }
    )
    func inside(_ libcCase: LibcCase) {
        for run in CaseRun.all(of: libcCase, ways: CaseWay.inside) {
            #expect(run.code == 0, "\(libcCase), \(run.way): error \(-run.code)")
            #expect(run.text == libcCase.expected, "\(libcCase), \(run.way)")
        }
    }

    /// Limits and signal handlers are the whole process's.
    @Test("cases that need a process of their own")
    func alone() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            for libcCase in LibcCase.all where libcCase.isAlone {
                let ways = libcCase.expected == nil ? CaseWay.allCases : CaseWay.inside
                // One at a time: they would change the same process.
                let runs = ways.map { CaseRun.alone(of: libcCase, way: $0) }
                let expected = libcCase.expected ?? runs[0].text
                for run in runs where run.code != 0 || run.text != expected || run.text.contains("setup failed") {
                    let error = "\(libcCase), \(run.way), error \(-run.code):\n\(run.text)instead of:\n\(expected)"
                    // Told and not exited with: of a process that fails, the test is not given what it wrote.
                    _ = error.withCString { write(STDERR_FILENO, $0, strlen($0)) }
                }
            }
        }
        let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(errors.isEmpty, "\(errors)")
    }
}

/// One case of the table.
struct LibcCase: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let index: Int

    static let all = (0..<gt_case_count()).map { LibcCase(index: $0) }

    var description: String { String(cString: gt_case_name(self.index)) }
    var testDescription: String { self.description }
    /// What it must write, where only greenlets can do it.
    var expected: String? { gt_case_expected(self.index).map { String(cString: $0) } }
    var isAlone: Bool { gt_case_flags(self.index) & UInt32(GT_CASE_ALONE) != 0 }
}

/// How a case is run.
enum CaseWay: CaseIterable, Sendable {
    case plain
    case outside
    case insideBuiltin
    case insideLibevent

    static let inside = [CaseWay.insideBuiltin, .insideLibevent]

    var number: Int32 {
        switch self {
        case .plain: Int32(GT_WAY_PLAIN)
        case .outside: Int32(GT_WAY_OUTSIDE)
        case .insideBuiltin, .insideLibevent: Int32(GT_WAY_INSIDE)
        }
    }

    var loop: LoopChoice { self == .insideLibevent ? .libevent : .builtin }
}

/// One run of a case, on a thread of its own.
///
/// Unchecked because only that thread touches what changes, until it is joined.
final class CaseRun: @unchecked Sendable {
    let libcCase: LibcCase
    let way: CaseWay
    private(set) var code: Int32 = 0
    private(set) var text = ""
    private var thread = pthread_t()
    private var isStarted = false

    private init(_ libcCase: LibcCase, _ way: CaseWay) {
        self.libcCase = libcCase
        self.way = way
    }

    /// Runs a case in several ways at once, and waits until all have ended.
    static func all(of libcCase: LibcCase, ways: [CaseWay]) -> [CaseRun] {
        let runs = ways.map { CaseRun(libcCase, $0) }
        for run in runs { run.start() }
        for run in runs where run.isStarted { pthread_join(run.thread, nil) }
        return runs
    }

    /// Runs a case in one way while this thread does nothing: the case may fork, and the child has the locks of Swift's runtime
    /// as they are then.
    static func alone(of libcCase: LibcCase, way: CaseWay) -> CaseRun {
        let run = CaseRun(libcCase, way)
        run.start()
        if run.isStarted { pthread_join(run.thread, nil) }
        return run
    }

    /// With the stack of a process's first thread: the same code runs there.
    private func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &self.thread,
            &attributes,
            { context in
                Unmanaged<CaseRun>.fromOpaque(context.unsafelyUnwrapped).takeRetainedValue().run()
                return nil
            },
            context
        )
        self.isStarted = code == 0
        if code != 0 { self.code = -code }
        pthread_attr_destroy(&attributes)
    }

    private func run() {
        var bytes = [CChar](repeating: 0, count: 4096)
        let code = gt_run_case(self.libcCase.index, self.way.number, self.way.loop.table, &bytes, bytes.count)
        self.text = bytes.withUnsafeBufferPointer { String(cString: $0.baseAddress.unsafelyUnwrapped) }
        self.code = code
    }
}
