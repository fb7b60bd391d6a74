// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Decides whether what the plugin's entry returned is a plugin that this runner can run.
enum Handshake {
    static func check(_ pointer: UnsafePointer<gt_plugin>?, of file: PluginFile) throws(MonkeyError) -> Plugin {
        guard let pointer else {
            throw Self.error(.notAPlugin, file, "\(PluginFile.entryName)() returned null")
        }
        try Self.checkVersion(pointer, of: file)
        guard let registry = pointer.pointee.registry else {
            throw Self.error(.notAPlugin, file, "its descriptor has no registry of providers")
        }
        guard pointer.pointee.main != nil || pointer.application != nil else {
            throw Self.error(.notAPlugin, file, "its descriptor has neither a main function nor an application")
        }
        guard let providers = ProviderRegistry(registry) else {
            throw Self.error(.notAPlugin, file, "its registry has no slots")
        }
        let name = pointer.pointee.name.map { String(cString: $0) } ?? PackageAdvice.lastComponent(file.path)
        let framework = pointer.pointee.framework.map { String(cString: $0) } ?? "gtornado.h \(file.record.framework)"
        return Plugin(file: file, name: name, framework: framework, registry: providers, pointer)
    }

    /// The words that never move come first: only they may be read before they are checked.
    private static func checkVersion(_ pointer: UnsafePointer<gt_plugin>, of file: PluginFile) throws(MonkeyError) {
        guard pointer.pointee.magic == GTORNADO_MAGIC else {
            throw Self.error(.notAPlugin, file, "its descriptor does not begin with gtornado's magic word")
        }
        let abi = pointer.pointee.abi_version
        guard abi == UInt32(GTORNADO_ABI_VERSION) else {
            throw Self.error(
                .mismatch,
                file,
                "its descriptor is of ABI \(abi), and this gtornado speaks \(GTORNADO_ABI_VERSION)"
            )
        }
        let size = Int(pointer.pointee.size)
        guard size >= Self.leastSize else {
            throw Self.error(
                .mismatch,
                file,
                "its descriptor has \(size) bytes, and ABI \(GTORNADO_ABI_VERSION) has at least \(Self.leastSize)"
            )
        }
    }

    /// Up to `main`: what was added behind it is used only where a descriptor is long enough to have it.
    private static let leastSize = MemoryLayout<gt_plugin>.offset(of: \.application) ?? MemoryLayout<gt_plugin>.size

    static func error(_ code: MonkeyError.Code, _ file: PluginFile, _ reason: String) -> MonkeyError {
        MonkeyError(
            code,
            "cannot run \(file.path)",
            because: reason,
            try: code == .mismatch
                ? "build it with gtornado \(GTORNADO_VERSION_STRING)"
                : "compare its gt_plugin with gtornado.h; a static one with every member set is usual"
        )
    }
}

extension UnsafePointer<gt_plugin> {
    /// The gateway application that takes main's place; null if there is none, or the descriptor is older than that.
    var application: GatewayApplication? {
        Int(self.pointee.size) >= MemoryLayout<gt_plugin>.size ? self.pointee.application : nil
    }
}
