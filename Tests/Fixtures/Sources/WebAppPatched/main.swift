// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import MonkeyPatch
import Tornado
import WebApp

let report = Monkey.patchAll()
print("patched: \(report)")
print("ioloop \(Monkey.isPatched(.ioloop)) httpserver \(Monkey.isPatched(.httpserver))")
fflush(nil)
exit(gtornado_plugin_v1().run())
