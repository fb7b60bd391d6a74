// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc
import ProviderKit

/// What an app plugin exports: its name, its registry, and its main.
///
/// The one line that makes a library a plugin:
///
/// ```swift
/// @c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("hello", main: serve) }
/// ```
///
/// An executable of the same sources has one line too: `exit(gtornado_plugin_v1().run())`.
public typealias GTornadoPlugin = UnsafePointer<gt_plugin>

extension UnsafePointer where Pointee == gt_plugin {
    /// The descriptor of this image's app, made on the first call; an image holds one app.
    ///
    /// - Parameters:
    ///   - name: The app's name, for the banner and logs.
    ///   - main: Runs the app until it ends, on the thread of its event loop. What it throws is printed, and ends the
    ///     process with status 70.
    /// - Returns: What `gtornado_plugin_v1` returns. It lives as long as the process.
    public static func app(_ name: String, main: @escaping () throws -> Void) -> Self {
        PluginStorage.descriptor(name: name) { try main() }
    }

    /// The descriptor of an app whose main is asynchronous: it runs on the event loop until `main` returns.
    ///
    /// - Parameters:
    ///   - name: The app's name, for the banner and logs.
    ///   - main: Runs the app until it ends. What it throws is printed, and ends the process with status 70.
    /// - Returns: What `gtornado_plugin_v1` returns. It lives as long as the process.
    public static func app(_ name: String, main: @escaping () async throws -> Void) -> Self {
        PluginStorage.descriptor(name: name) { try IOLoop.current.runSync { try await main() } }
    }

    /// The app's arguments, without the program's name: under gtornado those behind `--`, else all of the process's.
    ///
    /// Empty before the app's main is called. `CommandLine.arguments` is the command line of the process, which is gtornado's.
    ///
    /// ```swift
    /// let verbose = GTornadoPlugin.arguments.contains("--verbose")
    /// ```
    public static var arguments: [String] { PluginStorage.arguments }

    /// Runs the app by itself, on the built-in providers or what was patched in, until it ends.
    ///
    /// - Returns: The exit status: 0, or 70 if the app's main threw.
    public func run() -> Int32 {
        self.pointee.main(nil, CommandLine.argc, CommandLine.unsafeArgv)
    }
}
