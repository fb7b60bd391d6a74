// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// The descriptor of this image's app.
///
/// Made once, by the first thread that asks (the runner's, before anything else of the image runs), never changed,
/// never freed: hence no lock.
enum PluginStorage {
    private nonisolated(unsafe) static var descriptor: UnsafePointer<gt_plugin>?
    private nonisolated(unsafe) static var main: () throws -> Void = {}
    /// Without the program's name; set before the app's main runs.
    private(set) nonisolated(unsafe) static var arguments: [String] = []

    static func descriptor(name: String, main: @escaping () throws -> Void) -> UnsafePointer<gt_plugin> {
        if let descriptor = Self.descriptor { return descriptor }
        Self.main = main
        let plugin = UnsafeMutablePointer<gt_plugin>.allocate(capacity: 1)
        plugin.initialize(to: gt_plugin())
        plugin.pointee.size = UInt32(MemoryLayout<gt_plugin>.size)
        plugin.pointee.magic = GTORNADO_MAGIC
        plugin.pointee.abi_version = GTORNADO_ABI_VERSION
        plugin.pointee.framework_version = GTORNADO_VERSION
        plugin.pointee.name = UnsafePointer(strdup(name))
        plugin.pointee.framework = UnsafePointer(strdup("Tornado \(GTORNADO_VERSION_STRING)"))
        plugin.pointee.registry = RegistryStorage.registry
        plugin.pointee.main = { host, count, words in
            PluginStorage.arguments = (1..<max(1, Int(count))).compactMap { words?[$0].map { String(cString: $0) } }
            return PluginStorage.run(host)
        }
        Self.descriptor = UnsafePointer(plugin)
        return UnsafePointer(plugin)
    }

    private static func run(_ host: UnsafePointer<gt_host>?) -> Int32 {
        LogSettings.take(host)
        HostCores.take(host)
        do {
            // Before any task exists, so that all of them run on the loop.
            LoopConcurrency.install(on: IOLoop.current)
            defer { AppEnd.tell() }
            try Self.main()
            return 0
        } catch {
            let name = Self.descriptor.map { String(cString: $0.pointee.name) } ?? "app"
            StandardError.write("\(name): \(error)\n")
            return 70
        }
    }
}
