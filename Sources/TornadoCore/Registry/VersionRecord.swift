// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

// What this image was made for, where a runner can read it without running anything: `gt_record` of the plugin header.
// The literals cannot be computed: the magic "GTRN", the ABI's version, the framework's, the compiler's.
#if compiler(>=6.5)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60500)
#elseif compiler(>=6.4.2)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60402)
#elseif compiler(>=6.4.1)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60401)
#elseif compiler(>=6.4)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60400)
#elseif compiler(>=6.3.3)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60303)
#elseif compiler(>=6.3.2)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60302)
#elseif compiler(>=6.3.1)
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60301)
#else
@section("gtornado_app") @used
private let record: (UInt32, UInt32, UInt32, UInt32) = (0x4E52_5447, 1, 100, 60300)
#endif
