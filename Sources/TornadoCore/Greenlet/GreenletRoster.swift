// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// One thread's greenlets as objects, found by the table's handles.
///
/// It holds those that were spawned here until they end. Others (the app's main, a request's) are adopted when somebody asks
/// for them; the framework tells of a request's end, and nobody of others', so they are recognised by their number and
/// dropped now and then.
final class GreenletRoster {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { place in
            if let place { Unmanaged<GreenletRoster>.fromOpaque(place).release() }
        }
        demand(code == 0, "This process has used up its thread-specific keys, and greenlets need one.")
        return key
    }()

    /// The calling thread's, made on first use.
    static var current: GreenletRoster {
        if let place = pthread_getspecific(Self.key) {
            return Unmanaged<GreenletRoster>.fromOpaque(place).takeUnretainedValue()
        }
        let roster = GreenletRoster()
        pthread_setspecific(Self.key, Unmanaged.passRetained(roster).toOpaque())
        return roster
    }

    /// The calling thread's, if it has one.
    static var ifAny: GreenletRoster? {
        pthread_getspecific(Self.key).map { Unmanaged<GreenletRoster>.fromOpaque($0).takeUnretainedValue() }
    }

    /// What stands for the loop: where control is when no greenlet has it.
    let loopGreenlet = Greenlet(kind: .loop)
    /// How many greenlets have an interruption to notice: 0 spares the others the look-up.
    var interruptions = 0
    private var byHandle: [OpaquePointer: Greenlet] = [:]
    private var adopted = 0
    private var adoptedLimit = 64

    @inline(__always)
    func insert(_ greenlet: Greenlet, _ handle: OpaquePointer) {
        // A handle that is given out again: whoever had it has ended untold.
        guard let gone = self.byHandle.updateValue(greenlet, forKey: handle) else { return }
        self.bury(gone)
    }

    @inline(__always)
    func remove(_ handle: OpaquePointer) {
        self.byHandle.removeValue(forKey: handle)
    }

    /// The object of a living greenlet, adopted if it has none.
    func greenlet(_ handle: OpaquePointer, _ table: UnsafePointer<gt_suspend>) -> Greenlet {
        let known = self.byHandle[handle]
        if let known, !known.isAdopted { return known }
        let id = GreenletEngine.info(handle, table).id
        if let known, known.adoptedID == id { return known }
        if known == nil {
            self.adopted += 1
            if self.adopted > self.adoptedLimit { self.dropTheDead(table) }
        }
        let greenlet = Greenlet(adopting: handle, id: id)
        if let gone = self.byHandle.updateValue(greenlet, forKey: handle) { gone.endAdopted() }
        return greenlet
    }

    /// Forgets the running greenlet, an adopted one, which is about to end.
    func forgetRunning() {
        guard self.adopted > 0, let table = GreenletEngine.table, let handle = table.pointee.current(),
            let known = self.byHandle[handle], known.isAdopted
        else { return }
        // First told, then forgotten: what is freed with it may ask who is running.
        known.endAdopted()
        self.byHandle.removeValue(forKey: handle)
        self.adopted -= 1
    }

    @inline(never)
    private func bury(_ gone: Greenlet) {
        guard gone.isAdopted else { return }
        self.adopted -= 1
        gone.endAdopted()
    }

    /// The object of a living greenlet, if it has one.
    func known(_ handle: OpaquePointer, id: UInt64) -> Greenlet? {
        guard let known = self.byHandle[handle], !known.isAdopted || known.adoptedID == id else { return nil }
        return known
    }

    private func dropTheDead(_ table: UnsafePointer<gt_suspend>) {
        var living: Set<UInt64> = []
        GreenletEngine.forEach(table) { living.insert(GreenletEngine.info($0, table).id) }
        let dead = self.byHandle.filter { $1.isAdopted && !living.contains($1.adoptedID) }
        for (handle, greenlet) in dead {
            self.byHandle[handle] = nil
            greenlet.endAdopted()
        }
        self.adopted -= dead.count
        self.adoptedLimit = max(64, self.adopted * 2)
    }
}
