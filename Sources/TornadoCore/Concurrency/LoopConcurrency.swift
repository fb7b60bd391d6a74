// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc

#if compiler(>=6.3)
@_spi(ExperimentalCustomExecutors) import _Concurrency
#endif

/// Moves Swift's executors, the main actor's and the default one, to the main thread's loop.
///
/// Everything here happens once, on the main thread, before any task exists, and is only read afterwards; that is why the
/// state needs no lock.
enum LoopConcurrency {
    private nonisolated(unsafe) static var installed: IOLoop?

    /// Whether this compiler's standard library lets executors be exchanged.
    static var isSupported: Bool {
        #if compiler(>=6.3)
        true
        #else
        false
        #endif
    }

    /// Whether Swift's tasks run on that loop.
    static func isInstalled(on loop: IOLoop) -> Bool {
        Self.installed === loop
    }

    /// Installs the executors over `loop`, the main thread's, unless they are installed, the runner forbids it, or it is
    /// too late: tasks that exist already would be left behind.
    static func install(on loop: IOLoop) {
        #if compiler(>=6.3)
        guard Self.installed == nil, gt_is_main_thread() != 0,
            RegistryStorage.registry.pointee.flags & UInt32(GT_REGISTRY_NO_CONCURRENCY) == 0,
            withUnsafeCurrentTask(body: { $0 == nil })
        else { return }
        Self.installed = loop
        Self.main = MainLoopExecutor(loop.jobs)
        Self.standard = loop.jobs.executor
        loop.jobs.executor.isDefault = true
        _createExecutors(factory: LoopExecutorFactory.self)
        DispatchMainQueue.watch(on: loop)
        #endif
    }

    #if compiler(>=6.3)
    fileprivate nonisolated(unsafe) static var main: MainLoopExecutor!
    fileprivate nonisolated(unsafe) static var standard: LoopExecutor!

    @inline(__always)
    static func runMain(_ job: UnownedJob) {
        job.runSynchronously(on: Self.main.asUnownedSerialExecutor())
    }
    #endif
}

#if compiler(>=6.3)
/// What the runtime asks for its executors.
private enum LoopExecutorFactory: ExecutorFactory {
    static var mainExecutor: any MainExecutor { LoopConcurrency.main }
    static var defaultExecutor: any TaskExecutor { LoopConcurrency.standard }
}
#endif
