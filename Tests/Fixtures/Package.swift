// swift-tools-version: 6.3
import PackageDescription

// The apps that tests run: each as a plugin, for gtornado, and as an ordinary executable of the same sources.
let tornado: Target.Dependency = .product(name: "Tornado", package: "gtornado")

let package = Package(
    name: "Fixtures",
    products: [
        .library(name: "loopapp", type: .dynamic, targets: ["LoopApp"]),
        .executable(name: "loopapp-main", targets: ["LoopAppMain"]),
        .library(name: "netapp", type: .dynamic, targets: ["NetApp"]),
        .executable(name: "netapp-main", targets: ["NetAppMain"]),
        .executable(name: "service-main", targets: ["ServiceApp"]),
        .library(name: "soakapp", type: .dynamic, targets: ["SoakApp"]),
        .library(name: "webapp", type: .dynamic, targets: ["WebApp"]),
        .executable(name: "webapp-main", targets: ["WebAppMain"]),
        .library(name: "gatewayapp", type: .dynamic, targets: ["GatewayApp"]),
        .executable(name: "gatewayapp-main", targets: ["GatewayAppMain"]),
        .library(name: "gatewayc", type: .dynamic, targets: ["GatewayC"]),
        .library(name: "clientapp", type: .dynamic, targets: ["ClientApp"]),
        .executable(name: "clientapp-main", targets: ["ClientAppMain"]),
        .library(name: "wsapp", type: .dynamic, targets: ["WSApp"]),
        .executable(name: "wsapp-main", targets: ["WSAppMain"]),
        .library(name: "fetchapp", type: .dynamic, targets: ["FetchApp"]),
        .executable(name: "fetchapp-main", targets: ["FetchAppMain"]),
        .executable(name: "webapp-patched", targets: ["WebAppPatched"]),
        .library(name: "watchapp", type: .dynamic, targets: ["WatchApp"]),
        .library(name: "streamapp", type: .dynamic, targets: ["StreamApp"]),
        .executable(name: "streamapp-main", targets: ["StreamAppMain"]),
    ],
    dependencies: [
        .package(name: "gtornado", path: "../..")
    ],
    targets: [
        .target(name: "LoopApp", dependencies: [tornado]),
        .executableTarget(name: "LoopAppMain", dependencies: ["LoopApp", tornado]),
        .target(name: "NetApp", dependencies: [tornado]),
        .executableTarget(name: "NetAppMain", dependencies: ["NetApp", tornado]),
        .executableTarget(
            name: "ServiceApp",
            dependencies: [tornado, .product(name: "TornadoService", package: "gtornado")]
        ),
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
        .target(name: "WSApp", dependencies: [tornado]),
        .executableTarget(name: "WSAppMain", dependencies: ["WSApp", tornado]),
        .target(name: "FetchApp", dependencies: [tornado]),
        .executableTarget(name: "FetchAppMain", dependencies: ["FetchApp", tornado]),
        .executableTarget(
            name: "WebAppPatched",
            dependencies: ["WebApp", tornado, .product(name: "MonkeyPatch", package: "gtornado")]
        ),
        .target(name: "WatchApp", dependencies: [tornado]),
        .target(name: "StreamApp", dependencies: [tornado]),
        .executableTarget(name: "StreamAppMain", dependencies: ["StreamApp", tornado]),
    ],
    swiftLanguageModes: [.v6]
)
