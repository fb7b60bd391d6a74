// swift-tools-version: 6.3
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "gtornado",
    products: [
        .executable(name: "gtornado", targets: ["gtornado"]),
        .library(name: "Tornado", targets: ["Tornado"]),
        .library(name: "TornadoService", targets: ["TornadoService"]),
        .library(name: "CGTornado", targets: ["CGTornado"]),
        .library(name: "MonkeyPatch", targets: ["MonkeyPatch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The plugin ABI, and nothing else.
        .target(name: "CGTornado"),
        // HTTP/1.1 as values: parser, serialiser, exchange state; no sockets, no clock, no Foundation.
        .target(name: "HTTPCodec", dependencies: ["CGTornado"], swiftSettings: swiftSettings),
        // TLS by the system's OpenSSL, in C: OpenSSL is loaded by the first that asks for TLS.
        .target(name: "CTLS", dependencies: ["CGTornado"]),
        // What a provider is made of, on either side of the seam: callback queue, listeners, HTTP connections.
        .target(
            name: "ProviderKit",
            dependencies: ["CGTornado", "CProviderKit", "CTLS", "HTTPCodec"],
            swiftSettings: swiftSettings
        ),
        // GNU-only system calls and weak symbols, which Swift cannot name.
        .target(name: "CProviderKit", dependencies: ["CGTornado"]),

        // App side.
        .target(
            name: "TornadoCore",
            dependencies: [
                "CGTornado", "CProviderKit", "CTLS", "ProviderKit", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
        // Compressed request bodies.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Tornado",
            dependencies: [
                "CGTornado", "CTLS", "CZlib", "HTTPCodec", "ProviderKit", "TornadoCore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
        // Servers in a group of swift-service-lifecycle: a product of its own, for those that use that.
        .target(
            name: "TornadoService",
            dependencies: ["Tornado", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
            swiftSettings: swiftSettings
        ),

        // Host side.
        .systemLibrary(
            name: "CLibevent",
            pkgConfig: "libevent_core libevent_extra",
            providers: [.apt(["libevent-dev"])]
        ),
        .target(
            name: "LibeventProviders",
            dependencies: ["CGTornado", "CLibevent", "CProviderKit", "CTLS", "HTTPCodec", "ProviderKit"],
            swiftSettings: swiftSettings
        ),
        // Stack switching, stacks, the hub and its waits: in C, since no `inout` may be held across a switch.
        .target(name: "CGreenlet", dependencies: ["CGTornado"]),
        // The greenlet runtime as the registry's `suspend` provider.
        .target(name: "Greenlets", dependencies: ["CGTornado", "CGreenlet"], swiftSettings: swiftSettings),
        // The cooperative versions of libc's calls, in C: errno, varargs and thread-local tests are its language.
        .target(name: "CMonkeyPatch", dependencies: ["CGTornado", "CGreenlet"]),
        .target(
            name: "MonkeyPatch",
            dependencies: [
                "CGTornado", "CGreenlet", "CMonkeyPatch", "CProviderKit", "CTLS", "Greenlets", "HTTPCodec",
                "LibeventProviders", "ProviderKit",
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "GTornadoCLI",
            dependencies: [
                "CGTornado", "CProviderKit", "LibeventProviders", "MonkeyPatch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(name: "gtornado", dependencies: ["GTornadoCLI"], swiftSettings: swiftSettings),

        // Tests.
        .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: swiftSettings),
        .testTarget(
            name: "HTTPCodecTests",
            dependencies: ["HTTPCodec", "CGTornado"],
            resources: [.copy("Fixtures")],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "CTLSTests", dependencies: ["CGTornado", "CTLS", "TestKit"], swiftSettings: swiftSettings),
        .testTarget(name: "TornadoCoreTests", dependencies: ["TestKit"], swiftSettings: swiftSettings),
        // The app's greenlets on the real runtime: both sides of the seam in one process, as Monkey.patchAll() has them.
        .testTarget(
            name: "GreenletAPITests",
            dependencies: [
                "CGreenlet", "Greenlets", "LibeventProviders", "TestKit", "TornadoCore",
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TornadoTests",
            dependencies: ["CZlib", "ProviderKit", "TestKit", "Tornado"],
            swiftSettings: swiftSettings
        ),
        // What each libc call is tried with, in C: run plain, patched outside and patched inside a greenlet.
        .target(name: "LibcCases", dependencies: ["CGTornado", "CGreenlet", "CMonkeyPatch"], path: "Tests/LibcCases"),
        .testTarget(
            name: "GreenletsTests",
            dependencies: ["CGreenlet", "CMonkeyPatch", "Greenlets", "LibcCases", "LibeventProviders", "TornadoCore"],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "MonkeyPatchTests", dependencies: ["MonkeyPatch", "TestKit"], swiftSettings: swiftSettings),
        .testTarget(
            name: "GTornadoCLITests",
            dependencies: ["GTornadoCLI", "TestKit"],
            exclude: ["Fixtures", "Snapshots"],
            swiftSettings: swiftSettings
        ),
        // The examples that wait in client libraries, each against its real server.
        .testTarget(name: "ClientLibraryTests", dependencies: ["TestKit"], swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6]
)
