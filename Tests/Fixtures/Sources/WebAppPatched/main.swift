// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import MonkeyPatch
import Tornado
import WebApp

var report: PatchReport
if getenv("WEBAPP_PATCH_SEPARATELY") == nil {
    report = Monkey.patchAll()
} else {
    report = Monkey.patchAll(httpserver: nil)
    _ = try Monkey.patchIOLoop()
    _ = Monkey.patchHTTPServer()
}
print("patched: \(report)")
print("ioloop \(Monkey.isPatched(.ioloop)) httpserver \(Monkey.isPatched(.httpserver))")
let original = Monkey.original("recv") != nil && Monkey.original("strlen") == nil
print("socket \(Monkey.isPatched(.socket)) file \(Monkey.isPatched(.file)) original \(original)")
print("resolver \(report.resolver?.text ?? "left alone")")
fflush(nil)
exit(gtornado_plugin_v1().run())
