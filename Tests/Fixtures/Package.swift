// swift-tools-version: 6.3
import PackageDescription

// The apps that tests run: each as a plugin, for gtornado, and as an ordinary executable of the same sources.
let tornado: Target.Dependency = .product(name: "Tornado", package: "gtornado")

let package = Package(
    name: "Fixtures",
    products: [
        .library(name: "loopapp", type: .dynamic, targets: ["LoopApp"]),
        .executable(name: "loopapp-main", targets: ["LoopAppMain"]),
        .library(name: "webapp", type: .dynamic, targets: ["WebApp"]),
        .executable(name: "webapp-main", targets: ["WebAppMain"]),
        .executable(name: "webapp-patched", targets: ["WebAppPatched"]),
    ],
    dependencies: [
        .package(name: "gtornado", path: "../..")
    ],
    targets: [
        .target(name: "LoopApp", dependencies: [tornado]),
        .executableTarget(name: "LoopAppMain", dependencies: ["LoopApp", tornado]),
        .target(name: "WebApp", dependencies: [tornado]),
        .executableTarget(name: "WebAppMain", dependencies: ["WebApp", tornado]),
        .executableTarget(
            name: "WebAppPatched",
            dependencies: ["WebApp", tornado, .product(name: "MonkeyPatch", package: "gtornado")]
        ),
    ],
    swiftLanguageModes: [.v6]
)
