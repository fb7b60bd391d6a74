// swift-tools-version: 6.3
import PackageDescription

// The apps that are measured. Each is a plugin for gtornado and, from the same source, an executable of its own.
let package = Package(
    name: "bench-apps",
    products: [
        .library(name: "bench_sync", type: .dynamic, targets: ["BenchSync"]),
        .library(name: "bench_async", type: .dynamic, targets: ["BenchAsync"]),
        .executable(name: "bench-sync", targets: ["bench-sync"]),
        .executable(name: "bench-async", targets: ["bench-async"]),
        .library(name: "bench_websocket", type: .dynamic, targets: ["BenchWebSocket"]),
        .executable(name: "bench-websocket", targets: ["bench-websocket"]),
        .library(name: "bench_lines", type: .dynamic, targets: ["BenchLines"]),
        .executable(name: "bench-lines", targets: ["bench-lines"]),
        .library(name: "bench_client", type: .dynamic, targets: ["BenchClient"]),
        .executable(name: "bench-client", targets: ["bench-client"]),
    ],
    dependencies: [
        .package(name: "gtornado", path: "../..")
    ],
    targets: [
        .target(name: "BenchSync", dependencies: [.product(name: "Tornado", package: "gtornado")]),
        .target(name: "BenchAsync", dependencies: [.product(name: "Tornado", package: "gtornado")]),
        .executableTarget(
            name: "bench-sync",
            dependencies: ["BenchSync", .product(name: "Tornado", package: "gtornado")]
        ),
        .executableTarget(
            name: "bench-async",
            dependencies: ["BenchAsync", .product(name: "Tornado", package: "gtornado")]
        ),
        .target(name: "BenchWebSocket", dependencies: [.product(name: "Tornado", package: "gtornado")]),
        .executableTarget(
            name: "bench-websocket",
            dependencies: ["BenchWebSocket", .product(name: "Tornado", package: "gtornado")]
        ),
        .target(name: "BenchLines", dependencies: [.product(name: "Tornado", package: "gtornado")]),
        .executableTarget(
            name: "bench-lines",
            dependencies: ["BenchLines", .product(name: "Tornado", package: "gtornado")]
        ),
        .target(name: "BenchClient", dependencies: [.product(name: "Tornado", package: "gtornado")]),
        .executableTarget(
            name: "bench-client",
            dependencies: ["BenchClient", .product(name: "Tornado", package: "gtornado")]
        ),
    ],
    swiftLanguageModes: [.v6]
)
