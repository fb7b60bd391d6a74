// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// A plugin that is loaded, and has not run yet.
///
/// ```swift
/// let plugin = try Plugin.load(PluginFile.inspect("./libapp.so"))
/// print(plugin.name, plugin.framework)
/// ```
///
/// A plugin stays loaded as long as the process: Swift code cannot be taken out again.
public struct Plugin {
    /// The file it was loaded from.
    public let file: PluginFile
    /// The app's name.
    public let name: String
    /// What it was made with: "Tornado 0.1.0".
    public let framework: String
    /// Its providers.
    public let registry: ProviderRegistry
    private let descriptor: UnsafePointer<gt_plugin>

    private typealias Entry = @convention(c) () -> UnsafePointer<gt_plugin>?

    /// Loads a library that has passed the checks, and shakes hands with it.
    ///
    /// None of the app's own code runs but the initialisers of its libraries.
    ///
    /// - Throws: What the dynamic linker cannot find, or what is wrong with the plugin's answer.
    public static func load(_ file: PluginFile, passed: (PluginCheck) -> Void = { _ in }) throws(MonkeyError) -> Plugin
    {
        // Before the first thread: the watch's, or an initialiser's.
        DescriptorTable.widen()
        LoadWatch.begin(file.path)
        let loaded = dlopen(file.absolutePath, RTLD_NOW | RTLD_LOCAL)
        let changedSignals = LoadWatch.end()
        guard let handle = loaded else {
            let text = dlerror().map { String(cString: $0) } ?? "the dynamic linker does not say why"
            throw LinkerMessage(text).error(loading: file)
        }
        let changes = changedSignals.isEmpty ? "" : "; its initialisers changed the handling of "
        passed(
            PluginCheck(
                "load",
                "every library and symbol it needs is there" + changes + changedSignals.joined(separator: ", ")
            )
        )
        guard let address = dlsym(handle, PluginFile.entryName) else {
            throw Handshake.error(.notAPlugin, file, "\(PluginFile.entryName)() cannot be looked up")
        }
        // The symbol's type is the one that gtornado.h declares; the version record has said that it does.
        let entry = unsafeBitCast(address, to: Entry.self)
        let descriptor = LoadWatch.calling(PluginFile.entryName, of: file.path) { entry() }
        let plugin = try Handshake.check(descriptor, of: file)
        passed(PluginCheck("handshake", "\(plugin.name), made with \(plugin.framework)"))
        return plugin
    }

    init(file: PluginFile, name: String, framework: String, registry: ProviderRegistry, _ at: UnsafePointer<gt_plugin>)
    {
        self.file = file
        self.name = name
        self.framework = framework
        self.registry = registry
        self.descriptor = at
    }

    /// The function that answers requests, where the plugin has that in the place of a main.
    var application: GatewayApplication? {
        self.descriptor.pointee.main == nil ? self.descriptor.application : nil
    }

    /// Runs the app's main on this thread until it ends.
    ///
    /// - Parameters:
    ///   - host: What the app is told of its runner.
    ///   - arguments: The app's arguments, without the program name, which is the plugin's path.
    /// - Returns: The status that main returned.
    public func run(host: HostDescription, arguments: [String]) -> Int32 {
        guard let main = self.descriptor.pointee.main else { return MonkeyError.Code.appFailed.exitStatus }
        let words = [self.file.path] + arguments
        // Both live as long as the process: the app may keep what it was given.
        let argv = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
        for (index, word) in words.enumerated() {
            argv[index] = strdup(word)
        }
        argv[words.count] = nil
        return main(host.forever(), Int32(clamping: words.count), argv)
    }
}

/// What the runner tells an app of itself.
public struct HostDescription: Sendable {
    /// The least level that the app should log: one of the header's `GT_LOG_...`.
    public var logLevel: Int32
    /// How it should log: `GT_LOG_AUTO`, `GT_LOG_CONSOLE` or `GT_LOG_JSON`.
    public var logFormat: Int32
    /// How many requests may be in greenlets at once; 0 is no limit.
    public var cores: UInt32 = 0
    /// What further requests see: `GT_FULL_WAIT`, `GT_FULL_QUEUE` or `GT_FULL_REFUSE`.
    public var whenFull = UInt32(GT_FULL_WAIT)
    /// How many of them may wait, with `GT_FULL_QUEUE`.
    public var queueLimit: UInt32 = 0

    /// A runner that wants logs of a level in a format.
    public init(logLevel: Int32, logFormat: Int32) {
        self.logLevel = logLevel
        self.logFormat = logFormat
    }

    /// The description as the app gets it, which is never freed.
    fileprivate func forever() -> UnsafePointer<gt_host> {
        let host = UnsafeMutablePointer<gt_host>.allocate(capacity: 1)
        host.initialize(
            to: gt_host(
                size: UInt32(MemoryLayout<gt_host>.size),
                version: UInt32(GTORNADO_ABI_VERSION),
                name: UnsafePointer(strdup("gtornado")),
                version_string: UnsafePointer(strdup(GTORNADO_VERSION_STRING)),
                log_level: self.logLevel,
                log_format: self.logFormat,
                cores: self.cores,
                when_full: self.whenFull,
                queue_limit: self.queueLimit,
                reserved: 0
            )
        )
        return UnsafePointer(host)
    }
}
