// swift-tools-version: 6.2
import PackageDescription

// Measured against, never shipped: its own package, so that nothing of it reaches gtornado's dependency graph.
let package = Package(
    name: "async-http-client-load",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0")
    ],
    targets: [
        .executableTarget(
            name: "AsyncHTTPClientLoad",
            dependencies: [.product(name: "AsyncHTTPClient", package: "async-http-client")]
        )
    ],
    swiftLanguageModes: [.v6]
)
