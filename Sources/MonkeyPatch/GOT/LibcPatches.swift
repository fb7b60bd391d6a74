// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

@preconcurrency import CMonkeyPatch
import Synchronization

/// The patches of libc's blocking calls in this process.
///
/// A patched call that is made in a greenlet suspends the greenlet; anywhere else it goes straight to libc. The thread's
/// hub must be open by the time the app runs, and need not be when the calls are patched.
///
/// ```swift
/// let report = LibcPatches.apply([.socket, .time], to: .plugin(path: "/srv/libapp.so"))
/// print(report.text(.socket))  // 41 calls in 3 libraries
/// ```
///
/// All of it can be called on any thread.
public enum LibcPatches {
    /// Whose calls are rewritten, together with those of all the libraries that they need or load later.
    public enum Scope: Sendable, Equatable {
        /// A plugin's, by the path that it was loaded from.
        case plugin(path: String)
        /// The program's own, where it is the app.
        case program
    }

    private struct State {
        var patcher: GOTPatcher
        var families: Set<LibcFamily>
        var report = LibcPatchReport()
    }

    private static let state = Mutex<State?>(nil)

    /// Rewrites the calls of these families, and of those that were asked for before.
    ///
    /// A slot that does not go to libc, because another library has put its own function there, is left alone.
    ///
    /// - Parameters:
    ///   - families: What to patch; `loader` and `once` are added to anything else.
    ///   - scope: Whose calls; counts the first time only.
    /// - Returns: What was done now.
    @discardableResult
    public static func apply(_ families: Set<LibcFamily>, to scope: Scope) -> LibcPatchReport {
        guard !families.isEmpty else { return LibcPatchReport() }
        gt_libc_prepare()
        let names = Self.names()
        return Self.state.withLock { state in
            var new = state ?? State(patcher: GOTPatcher(roots: scope.isRoot), families: [])
            new.families.formUnion(families.union([.loader, .once]))
            if new.families.contains(.file) { gt_libc_offloads_files = 1 }
            let report = new.patcher.patch(Self.rows(new.families), { names[$0] })
            new.report.merge(report)
            state = new
            gt_libc_loaded = { LibcPatches.librariesLoaded() }
            return report
        }
    }

    /// Makes the calls go to libc again, but for those that somebody else has redirected since.
    ///
    /// - Returns: How many slots were put back.
    @discardableResult
    public static func undo() -> Int {
        Self.state.withLock { state in
            gt_libc_loaded = nil
            gt_libc_offloads_files = 0
            let count = state?.patcher.undo() ?? 0
            state = nil
            return count
        }
    }

    /// The families that are patched.
    public static var families: Set<LibcFamily> {
        Self.state.withLock { $0?.families ?? [] }
    }

    /// Whether a family's calls are patched in this image, from here or by the gtornado that runs it as a plugin.
    ///
    /// Judged, where they were not patched from here, by where the image's own calls go.
    static func isPatched(_ family: LibcFamily) -> Bool {
        if Self.families.contains(family) { return true }
        guard let row = gt_libc_find("recv") else { return false }
        let libraries = LoadedLibraries.now()
        let image = libraries.owner(of: UInt64(UInt(bitPattern: row)))
        var slots: [GOTSlot] = []
        LoadedObject.visitAll { object in
            if object.identity == image?.identity { slots = object.slots { LibcFamily.family(of: $0) == family } }
        }
        return slots.contains { slot in
            let owner = libraries.owner(of: slot.value)
            return owner != nil && owner?.never != .cLibrary && owner?.identity != image?.identity
        }
    }

    /// Everything that was done since the first call, libraries loaded later included.
    public static var report: LibcPatchReport {
        Self.state.withLock { $0?.report ?? LibcPatchReport() }
    }

    /// libc's own function of that name, whatever is patched; null if no patch is about it, or libc does not have it.
    public static func original(_ name: String) -> UnsafeRawPointer? {
        gt_libc_prepare()
        return gt_libc_find(name).flatMap { $0.pointee.original }.map { UnsafeRawPointer($0) }
    }

    /// Patches what a `dlopen` has brought.
    private static func librariesLoaded() {
        let names = Self.names()
        Self.state.withLock { state in
            guard var new = state else { return }
            new.report.merge(new.patcher.patchNew(Self.rows(new.families), { names[$0] }))
            state = new
        }
    }

    /// Where the linker finds the calls that can be patched: libc is always among what it looks through first.
    ///
    /// To be asked for before `state` is taken. A thread that loads a library has the linker's lock, and comes here if the
    /// library's constructors load another: whoever waited for the linker with `state` in its hands would wait for ever.
    private static func names() -> [String: UInt64] {
        var names: [String: UInt64] = [:]
        for row in UnsafeBufferPointer(start: gt_libc_call_table(), count: gt_libc_call_count) {
            let name = String(cString: row.name)
            names[name] = GOTPatcher.lookUp(name)
        }
        return names
    }

    private static func rows(_ families: Set<LibcFamily>) -> GOTPatcher.Rows {
        { name in
            guard let row = gt_libc_find(name), let family = LibcFamily(rawValue: row.pointee.family),
                families.contains(family), row.pointee.original != nil, let function = row.pointee.cooperative
            else { return nil }
            return GOTReplacement(function: UInt64(UInt(bitPattern: function)), family: family)
        }
    }
}

extension LibcPatches.Scope {
    fileprivate var isRoot: (LoadedLibrary) -> Bool {
        switch self {
        case .plugin(let path): { $0.identity.path == path }
        case .program: { $0.identity.path.isEmpty }
        }
    }
}
