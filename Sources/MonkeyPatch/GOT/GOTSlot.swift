// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A word in memory that holds where a call goes.
struct GOTSlot: Equatable {
    /// Whose it is.
    let library: LoadedObject.Identity
    /// The function's name.
    let name: String
    let kind: ImportSlot.Kind
    let address: UInt64
    /// What it held when it was looked at.
    let value: UInt64
}

/// What stands in for one of libc's calls.
struct GOTReplacement: Equatable {
    let function: UInt64
    let family: LibcFamily
}

/// What is to be done with a slot.
enum GOTDecision: Equatable {
    /// It goes to where the function belongs, now or when it is first used.
    case patch
    /// It goes to the cooperative function already.
    case done
    /// It is left alone, for that reason.
    case leave(String)
}

extension LoadedObject {
    /// The object's slots for functions whose names are wanted.
    func slots(where isWanted: (String) -> Bool) -> [GOTSlot] {
        guard let table = self.dynamicTable else { return [] }
        return table.importSlots(of: self, machine: .here, where: isWanted).compactMap { slot in
            guard let value = self.piece(atAddress: slot.address, size: 8)?.number(at: 0, as: UInt64.self) else {
                return nil
            }
            return GOTSlot(
                library: self.identity,
                name: slot.name,
                kind: slot.kind,
                address: self.identity.base &+ slot.address,
                value: value
            )
        }
    }
}

extension LoadedLibraries {
    /// Decides by where a slot goes now.
    ///
    /// - Parameters:
    ///   - slot: The slot.
    ///   - replacement: What would be put into it.
    ///   - lookUp: Where the linker finds a name, for a slot that is not filled in yet.
    /// - Returns: The decision, which is `leave` wherever somebody else has a hand in it.
    func decide(_ slot: GOTSlot, _ replacement: GOTReplacement, lookUp: (String) -> UInt64?) -> GOTDecision {
        if slot.value == replacement.function { return .done }
        guard slot.address.isMultiple(of: 8) else { return .leave("its place is not aligned") }
        guard slot.value != 0 else { return .leave("it is optional, and nobody has it") }
        guard let owner = self.owner(of: slot.value) else { return .leave("it goes to code that is in no library") }
        if owner.isHome(of: replacement.family) { return .patch }
        guard owner.identity == slot.library, slot.kind == .call else {
            return .leave("it goes to \(owner.shortName), which has taken its place")
        }
        // It goes to the stub that asks the linker at the first call.
        guard let found = lookUp(slot.name), let target = self.owner(of: found) else {
            return .leave("the linker does not find it")
        }
        return target.isHome(of: replacement.family)
            ? .patch : .leave("it would go to \(target.shortName), which has taken its place")
    }
}

extension LoadedLibrary {
    /// Whether a family's functions are this library's own: libc's, but for initialisers of Swift and C++.
    fileprivate func isHome(of family: LibcFamily) -> Bool {
        switch self.never {
        case .cLibrary: true
        case .swiftRuntime, .languageRuntime: family == .once
        default: false
        }
    }
}
