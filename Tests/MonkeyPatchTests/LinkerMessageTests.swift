// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

@Suite("The dynamic linker's messages")
struct LinkerMessageTests {
    @Test(
        "are taken apart",
        arguments: [
            (
                "libmissing.so.3: cannot open shared object file: No such file or directory",
                .missingLibrary("libmissing.so.3")
            ),
            ("/x/libapp.so: undefined symbol: foo", .missingSymbol("foo", in: "/x/libapp.so")),
            ("/x/libapp.so: undefined symbol: foo, version VERS_1", .missingSymbol("foo", in: "/x/libapp.so")),
            (
                "/lib/libc.so.6: version `GLIBC_9.99' not found (required by /x/libapp.so)",
                .missingVersion("GLIBC_9.99", of: "/lib/libc.so.6")
            ),
            ("/x/libapp.so: cannot allocate memory in static TLS block", .noSpace),
            ("libapp.so: failed to map segment from shared object", .noSpace),
            ("something new", .other), ("", .other),
        ] as [(String, LinkerMessage.Problem)]
    )
    func parsing(text: String, problem: LinkerMessage.Problem) {
        #expect(LinkerMessage(text).problem == problem)
    }

    @Test("have symbols as the programmer wrote them")
    func demangling() {
        #expect(Demangler.demangled("$s7Tornado6IOLoopC5startyyF") == "Tornado.IOLoop.start() -> ()")
        #expect(Demangler.readable("$s7Tornado6IOLoopC5startyyF").hasSuffix("($s7Tornado6IOLoopC5startyyF)"))
        #expect(Demangler.readable("event_base_loop") == "event_base_loop")
        #expect(Demangler.demangled("_ZN3foo3barEi") == "foo::bar(int)")
        #expect(Demangler.demangled("$snonsense") == nil)
        #expect(Demangler.demangled("_Z") == nil)
    }
}
