// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension ManFrame {
    static let run = ManFrame(
        command: "run",
        summary: "run a plugin on libevent",
        synopsis: [".Nm gtornado run", ".Op options", ".Ar plugin", ".Op Fl \\- Ar app\\-argument ..."],
        description: [
            "Loads",
            ".Ar plugin ,",
            "exchanges what it provides, and runs its main until that returns.",
            "The app's program name is the plugin's path; its arguments are those behind",
            ".Fl \\- .",
            "Its",
            ".Li IOLoop.current",
            "is the loop that the server runs on.",
            ".Pp",
            "Which patches are applied follows three rules.",
            "If nothing is said, all of them are.",
            "Names that are switched off leave all but those:",
            ".Fl \\-no\\-patch Ar name ,",
            ".Fl \\-no\\-ioloop ,",
            ".Fl \\-no\\-httpserver ,",
            ".Fl \\-no\\-concurrency .",
            "Names that are selected leave only those:",
            ".Fl \\-patch Ar name , name ,",
            ".Fl \\-ioloop ,",
            ".Fl \\-concurrency .",
            ".Fl \\-httpserver",
            "takes a value and selects nothing: it says which server the patch",
            ".Cm httpserver",
            "puts in.",
            "That patch needs the patch",
            ".Cm ioloop .",
            "If one selecting flag is given, the selecting variables count for nothing.",
            ".Pp",
            "Standard error gets a banner that says what was exchanged, libevent's version and method, and each URL.",
            "With",
            ".Fl \\-httpserver Cm evhttp ,",
            "it also says what that server cannot protect against.",
        ],
        environment: [
            ".It Ev LD_LIBRARY_PATH", "Where libraries that a plugin needs are looked for; see", ".Xr ld.so 8 .",
        ],
        files: [
            ".Bl -tag -width Ds",
            ".It Pa .build/release/lib*.so", "A plugin, where",
            ".Cm swift build \\-c release", "leaves it.", ".El",
        ],
        signals: [
            "The handlers are installed when the loop starts.",
            "Before that, a signal ends the process as if",
            ".Nm gtornado",
            "did nothing about it.",
            ".Bl -tag -width Ds",
            ".It Dv SIGINT , SIGTERM",
            "The first one: no new connections are taken, requests get the time of",
            ".Fl \\-graceful\\-timeout",
            "to finish, the rest is dropped, the loop stops, and the exit status is 0.",
            "The second one ends the process at once, with status 128 and its number: 130 or 143.",
            ".It Dv SIGPIPE",
            "Ignored.",
            ".El",
        ],
        statuses: ExitStatuses.all.map(\.status),
        examples: [
            Example(purpose: "Run an app where it wants to listen", command: "gtornado run ./libhello.so"),
            Example(
                purpose: "Listen on all addresses, and on a Unix socket",
                command: "gtornado run -b :9090 -b unix:/tmp/hello.sock ./libhello.so"
            ),
            Example(
                purpose: "Take a free port, and give the app an argument",
                command: "gtornado run --http-socket 127.0.0.1:0 ./libhello.so -- --greeting hi"
            ),
            Example(
                purpose: "Leave the app's own loop and server in place",
                command: "gtornado run --no-ioloop --no-httpserver ./libhello.so"
            ),
            Example(
                purpose: "The same as a variable",
                command: "GTORNADO_NO_PATCH=ioloop,httpserver gtornado run ./libhello.so"
            ),
        ]
    )
}
