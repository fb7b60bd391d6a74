// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import CMonkeyPatch

/// Gathers run info on the loop's thread, when a signal asks for it; the watching thread turns addresses into names.
///
/// An instance lives as long as the process, and is used on the loop's thread only.
final class RunInfoSource {
    private let ioloop: UnsafePointer<gt_ioloop>
    private let loop: OpaquePointer
    /// Null once it is over.
    var watch: LoopWatch?

    init(on ioloop: UnsafePointer<gt_ioloop>, _ loop: OpaquePointer, _ watch: LoopWatch) {
        self.ioloop = ioloop
        self.loop = loop
        self.watch = watch
    }

    /// Tells run info at each signal of that number from now on.
    ///
    /// - Returns: Whether nobody else handles that signal.
    func tell(at signal: Int32) -> Bool {
        // Retained for good: the signal may come as long as the process lives.
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = gt_watch_signal(
            signal,
            self.ioloop,
            self.loop,
            { context in
                guard let context else { return }
                let source = Unmanaged<RunInfoSource>.fromOpaque(context).takeUnretainedValue()
                source.watch?.tell(source.gather())
            },
            context
        )
        if code < 0 { Unmanaged<RunInfoSource>.fromOpaque(context).release() }
        return code == 0
    }

    /// What the run is doing now.
    private func gather() -> RawRunInfo {
        RawRunInfo(
            backend: self.ioloop.pointee.backend?(self.loop).map { String(cString: $0) } ?? "unknown",
            pending: self.ioloop.pointee.pending?(self.loop) ?? 0,
            greenlets: Self.greenlets(),
            counts: .now(),
            resident: MemoryCeiling.resident
        )
    }

    private static func greenlets() -> [RawRunInfo.Greenlet] {
        guard gt_hub_current() != nil else { return [] }
        var alike = AlikeGreenlets()
        withUnsafeMutablePointer(to: &alike) { list in
            gt_greenlets.each?(
                { greenlet, context in
                    guard let greenlet, let context else { return }
                    context.assumingMemoryBound(to: AlikeGreenlets.self).pointee.add(RunInfoSource.raw(greenlet))
                },
                list
            )
        }
        return alike.greenlets
    }

    private static func raw(_ greenlet: OpaquePointer) -> RawRunInfo.Greenlet {
        var info = gt_greenlet_info()
        info.size = UInt32(MemoryLayout<gt_greenlet_info>.size)
        gt_greenlets.info?(greenlet, &info)
        var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: 32)
        let count = gt_greenlets.backtrace?(greenlet, &addresses, addresses.count) ?? 0
        let now = gt_now()
        return RawRunInfo.Greenlet(
            kind: RawRunInfo.Kind(
                name: info.name.map { String(cString: $0) } ?? "",
                state: Self.state(info.state),
                waitsFor: info.waits_for.map { String(cString: $0) } ?? "",
                addresses: addresses[..<count].map { UInt(bitPattern: $0) }
            ),
            id: info.id,
            descriptor: info.descriptor < 0 ? nil : info.descriptor,
            seconds: max(0, now - info.since),
            age: max(0, now - info.born),
            stackSize: info.stack_size,
            stackUsed: info.stack_used,
            switches: info.switches
        )
    }

    private static func state(_ number: UInt32) -> RunInfo.Greenlet.State {
        switch Int(number) {
        case GT_GREENLET_NEW: .new
        case GT_GREENLET_READY: .ready
        case GT_GREENLET_RUNNING: .running
        default: .waiting
        }
    }
}
