// swift-tools-version: 6.3
import PackageDescription

// Every example is a dynamic library, which `gtornado run` takes. hello and echo are ordinary executables too, of the
// same sources. hello_c is one C file, and needs nothing but the header.
let tornado: Target.Dependency = .product(name: "Tornado", package: "gtornado")

let package = Package(
    name: "Examples",
    products: [
        .library(name: "hello", type: .dynamic, targets: ["Hello"]),
        .library(name: "echo", type: .dynamic, targets: ["Echo"]),
        .library(name: "hello_c", type: .dynamic, targets: ["hello_c"]),
        .executable(name: "hello-standalone", targets: ["hello-standalone"]),
        .executable(name: "echo-standalone", targets: ["echo-standalone"]),
    ],
    dependencies: [
        .package(name: "gtornado", path: "..")
    ],
    targets: [
        .target(name: "Hello", dependencies: [tornado], path: "hello/Hello"),
        .executableTarget(name: "hello-standalone", dependencies: ["Hello", tornado], path: "hello/hello-standalone"),
        .target(name: "Echo", dependencies: [tornado], path: "echo/Echo"),
        .executableTarget(name: "echo-standalone", dependencies: ["Echo", tornado], path: "echo/echo-standalone"),
        .target(
            name: "hello_c",
            dependencies: [.product(name: "CGTornado", package: "gtornado")],
            path: "hello_c",
            publicHeadersPath: "."
        ),
    ],
    swiftLanguageModes: [.v6]
)
