// swift-tools-version: 6.3
import Foundation
import PackageDescription

// Every example is a dynamic library, which `gtornado run` takes. hello and echo are ordinary executables too, of the
// same sources. hello_c is one C file, and needs nothing but the header; proxy_cpp is the same in C++.
let tornado: Target.Dependency = .product(name: "Tornado", package: "gtornado")
let header: Target.Dependency = .product(name: "CGTornado", package: "gtornado")

let package = Package(
    name: "Examples",
    products: [
        .library(name: "hello", type: .dynamic, targets: ["Hello"]),
        .library(name: "echo", type: .dynamic, targets: ["Echo"]),
        .library(name: "hello_c", type: .dynamic, targets: ["hello_c"]),
        .library(name: "proxy_cpp", type: .dynamic, targets: ["proxy_cpp"]),
        .library(name: "gateway", type: .dynamic, targets: ["PageGateway"]),
        .library(name: "gateway_c", type: .dynamic, targets: ["gateway_c"]),
        .library(name: "lookup", type: .dynamic, targets: ["Lookup"]),
        .library(name: "workers", type: .dynamic, targets: ["Workers"]),
        .library(name: "websocket", type: .dynamic, targets: ["WebSocketChat"]),
        .executable(name: "websocket-standalone", targets: ["websocket-standalone"]),
        .executable(name: "gateway-standalone", targets: ["gateway-standalone"]),
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
        .target(name: "hello_c", dependencies: [header], path: "hello_c", publicHeadersPath: "."),
        .target(name: "proxy_cpp", dependencies: [header], path: "proxy_cpp", publicHeadersPath: "."),
        .target(name: "PageGateway", dependencies: [tornado], path: "gateway/PageGateway"),
        .executableTarget(
            name: "gateway-standalone",
            dependencies: ["PageGateway", tornado],
            path: "gateway/gateway-standalone"
        ),
        .target(name: "gateway_c", dependencies: [header], path: "gateway_c", publicHeadersPath: "."),
        .target(name: "Lookup", dependencies: [tornado], path: "lookup/Lookup"),
        .target(name: "WebSocketChat", dependencies: [tornado], path: "websocket/WebSocketChat"),
        .executableTarget(
            name: "websocket-standalone",
            dependencies: ["WebSocketChat", tornado],
            path: "websocket/websocket-standalone"
        ),
        .target(name: "Workers", dependencies: [tornado], path: "workers/Workers"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The rest need a client library each. One that is not installed leaves its example out, and only that.
// (SwiftPM keeps what this file said: after installing a library, build once with `--manifest-cache none`.)
client("postgres", "Postgres", of: "CPostgres", pkgConfig: "libpq", debian: "libpq-dev")
client("redis", "Redis", of: "CRedis", pkgConfig: "hiredis", debian: "libhiredis-dev", withFlags: false)
client("amqp", "AMQP", of: "CRabbit", pkgConfig: "librabbitmq", debian: "librabbitmq-dev")
client("xmpp", "XMPP", of: "CStrophe", pkgConfig: "libstrophe", debian: "libstrophe-dev", withFlags: false)
client("fetch", "Fetch", of: "CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev")

/// Adds the example in the folder `name`, if the library that it talks through is installed.
///
/// Some libraries' pkg-config files hold macros, which SwiftPM warns of instead of taking: their headers are where
/// compilers look anyway.
@MainActor func client(
    _ name: String,
    _ target: String,
    of library: String,
    pkgConfig: String,
    debian: String,
    withFlags: Bool = true
) {
    guard isInstalled(pkgConfig) else { return }
    package.products.append(.library(name: name, type: .dynamic, targets: [target]))
    package.targets += [
        .systemLibrary(
            name: library,
            path: "\(name)/\(library)",
            pkgConfig: withFlags ? pkgConfig : nil,
            providers: [.apt([debian])]
        ),
        .target(name: target, dependencies: [.target(name: library), tornado], path: "\(name)/\(target)"),
    ]
}

func isInstalled(_ module: String) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["pkg-config", "--exists", module]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}
