// swift-tools-version: 6.3
import PackageDescription

// The apps that tests run: each as a plugin, for gtornado, and as an ordinary executable of the same sources.
let tornado: Target.Dependency = .product(name: "Tornado", package: "gtornado")

let package = Package(
    name: "Fixtures",
    products: [
        .library(name: "loopapp", type: .dynamic, targets: ["LoopApp"]),
        .executable(name: "loopapp-main", targets: ["LoopAppMain"]),
        .library(name: "soakapp", type: .dynamic, targets: ["SoakApp"]),
        .library(name: "webapp", type: .dynamic, targets: ["WebApp"]),
        .executable(name: "webapp-main", targets: ["WebAppMain"]),
        .library(name: "gatewayapp", type: .dynamic, targets: ["GatewayApp"]),
        .executable(name: "gatewayapp-main", targets: ["GatewayAppMain"]),
        .library(name: "gatewayc", type: .dynamic, targets: ["GatewayC"]),
        .library(name: "clientapp", type: .dynamic, targets: ["ClientApp"]),
        .executable(name: "clientapp-main", targets: ["ClientAppMain"]),
        .executable(name: "webapp-patched", targets: ["WebAppPatched"]),
        .library(name: "watchapp", type: .dynamic, targets: ["WatchApp"]),
    ],
    dependencies: [
        .package(name: "gtornado", path: "../..")
    ],
    targets: [
        .target(name: "LoopApp", dependencies: [tornado]),
        .executableTarget(name: "LoopAppMain", dependencies: ["LoopApp", tornado]),
        .target(name: "SoakApp", dependencies: [tornado]),
        .target(name: "WebApp", dependencies: [tornado]),
        .executableTarget(name: "WebAppMain", dependencies: ["WebApp", tornado]),
        .target(name: "GatewayApp", dependencies: [tornado]),
        .executableTarget(name: "GatewayAppMain", dependencies: ["GatewayApp", tornado]),
        .target(
            name: "GatewayC",
            dependencies: [.product(name: "CGTornado", package: "gtornado")],
            publicHeadersPath: "."
        ),
        .target(name: "ClientApp", dependencies: [tornado]),
        .executableTarget(name: "ClientAppMain", dependencies: ["ClientApp", tornado]),
        .executableTarget(
            name: "WebAppPatched",
            dependencies: ["WebApp", tornado, .product(name: "MonkeyPatch", package: "gtornado")]
        ),
        .target(name: "WatchApp", dependencies: [tornado]),
    ],
    swiftLanguageModes: [.v6]
)
