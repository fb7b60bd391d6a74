// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Rewrites the slots through which libraries call libc, and remembers what they held.
///
/// The libraries are the roots, all that they need, and everything that is loaded after the first walk with all that it
/// needs; some are never patched, see `NeverPatched`.
struct GOTPatcher {
    /// What is to stand in for a call; null for a call that is to stay.
    typealias Rows = (String) -> GOTReplacement?
    /// Where the linker finds a name for everybody; null if nobody has it.
    typealias Names = (String) -> UInt64?

    private struct Write {
        let slot: GOTSlot
        let replacement: GOTReplacement
    }

    private var roots: Set<LoadedObject.Identity>
    /// What was loaded at the last walk.
    private var known: Set<LoadedObject.Identity>
    private var unloaded: UInt64
    /// What was walked for these rows, and need not be walked again as long as nothing is unloaded.
    private var walked: Set<LoadedObject.Identity> = []
    private var writes: [Write] = []

    /// A patcher for those of the loaded libraries that are roots.
    init(roots isRoot: (LoadedLibrary) -> Bool) {
        let libraries = LoadedLibraries.now()
        self.roots = Set(libraries.all.filter(isRoot).map(\.identity))
        self.known = Set(libraries.all.map(\.identity))
        self.unloaded = libraries.unloaded
    }

    /// Rewrites every slot that the rows name, also in what was walked for other rows before.
    mutating func patch(_ rows: Rows, _ names: Names = Self.lookUp) -> LibcPatchReport {
        self.walked = []
        return self.patchNew(rows, names)
    }

    /// Rewrites the slots of what was not walked yet: what was loaded since, and what that needs.
    mutating func patchNew(_ rows: Rows, _ names: Names = Self.lookUp) -> LibcPatchReport {
        let libraries = LoadedLibraries.now()
        if libraries.unloaded != self.unloaded {
            // Another library may be where one was, under the same name.
            self.walked = []
            self.unloaded = libraries.unloaded
        }
        let present = Set(libraries.all.map(\.identity))
        let new = libraries.all.filter { !self.known.contains($0.identity) && $0.never == nil }
        self.roots.formUnion(new.map(\.identity))
        self.roots.formIntersection(present)
        self.known = present
        let due = libraries.closure(of: self.roots).subtracting(self.walked)
        let found = Self.slots(of: due, rows)
        var report = LibcPatchReport()
        let writes = self.decide(found, libraries, rows, names, &report)
        self.write(writes, libraries, &report)
        self.walked.formUnion(due)
        return report
    }

    /// Puts back what the slots held, where they still go to the cooperative function.
    ///
    /// - Returns: How many were put back.
    mutating func undo() -> Int {
        let all = Dictionary(grouping: self.writes, by: \.slot.library)
        self.writes = []
        self.walked = []
        var restored = 0
        LoadedObject.visitAll { object in
            guard let writes = all[object.identity] else { return }
            let changes = writes.map { ($0.slot.address, $0.replacement.function, $0.slot.value) }
            restored += SlotMemory(object).replace(changes).count { $0 == 0 }
        }
        return restored
    }

    private static func slots(of due: Set<LoadedObject.Identity>, _ rows: Rows) -> [GOTSlot] {
        guard !due.isEmpty else { return [] }
        var slots: [GOTSlot] = []
        LoadedObject.visitAll { object in
            guard due.contains(object.identity) else { return }
            slots += object.slots { rows($0) != nil }
        }
        return slots
    }

    /// What is to be written.
    private func decide(
        _ slots: [GOTSlot],
        _ libraries: LoadedLibraries,
        _ rows: Rows,
        _ names: Names,
        _ report: inout LibcPatchReport
    ) -> [Write] {
        slots.compactMap { slot in
            guard let replacement = rows(slot.name) else { return nil }
            switch libraries.decide(slot, replacement, lookUp: names) {
            case .patch:
                return Write(slot: slot, replacement: replacement)
            case .done:
                return nil
            case .leave(let why):
                report.leave(slot, in: libraries, why)
                return nil
            }
        }
    }

    private mutating func write(_ writes: [Write], _ libraries: LoadedLibraries, _ report: inout LibcPatchReport) {
        let all = Dictionary(grouping: writes, by: \.slot.library)
        guard !all.isEmpty else { return }
        var results: [(write: Write, error: Int32)] = []
        LoadedObject.visitAll { object in
            guard let writes = all[object.identity] else { return }
            let changes = writes.map { ($0.slot.address, $0.slot.value, $0.replacement.function) }
            results += zip(writes, SlotMemory(object).replace(changes)).map { ($0, $1) }
        }
        for (write, error) in results {
            switch error {
            case 0:
                self.writes.append(write)
                report.rewrite(write.slot, in: libraries, write.replacement.family)
            case ESTALE:
                report.leave(write.slot, in: libraries, "somebody else wrote to it at the same time")
            default:
                let why = "the system does not let it be written: \(SystemError.text(error))"
                report.leave(write.slot, in: libraries, why)
            }
        }
    }

    /// Asks the linker itself, which must not be done under a lock that libraries' constructors wait for.
    static func lookUp(_ name: String) -> UInt64? {
        dlsym(nil, name).map { UInt64(UInt(bitPattern: $0)) }
    }
}
