// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// A request as the variables that gateway applications read: CGI's (RFC 3875), in uWSGI's and PEP 3333's reading.
///
/// Values are bytes: a client's are passed on as they came, whatever their encoding.
public struct CGIVariables {
    /// What a request's head does not tell.
    public struct Connection {
        /// `http` or `https`.
        public var scheme = "http"
        /// Where the server listens; the name is used where the client named no host.
        public var serverName = "127.0.0.1"
        /// The port that the server listens on; 0 for a Unix socket.
        public var serverPort: UInt16 = 0
        /// The client's address; empty for a Unix socket.
        public var remoteAddress = ""
        /// The client's port; 0 if it is not known.
        public var remotePort: UInt16 = 0

        /// A plain connection to a server of which nothing is known.
        public init() {}
    }

    /// Names and values in an order that does not change; every name once.
    public private(set) var all: [(name: String, value: [UInt8])] = []

    /// The variables of a request.
    public init(_ request: gt_request, _ connection: Connection) {
        self.addRequest(request)
        self.addConnection(connection, host: request.host)
        self.addFields(request)
    }

    /// The value of a variable; nil if there is none of that name.
    public subscript(name: String) -> [UInt8]? {
        self.all.first { $0.name == name }?.value
    }

    // MARK: What the request says

    private mutating func addRequest(_ request: gt_request) {
        let target = RequestTarget(request.target)
        self.add("REQUEST_METHOD", Array(request.method.bytes))
        self.add("SCRIPT_NAME", [])
        self.add("PATH_INFO", PercentDecoding.bytes(of: target.path))
        self.add("QUERY_STRING", Array(target.query))
        self.add("REQUEST_URI", Array(request.target.bytes))
        self.add("SERVER_PROTOCOL", "HTTP/\(request.version_major).\(request.version_minor)")
    }

    private mutating func addConnection(_ connection: Connection, host: gt_bytes) {
        let isEncrypted = connection.scheme == "https"
        let name = RequestTarget.hostName(host.bytes)
        // Both are never empty (PEP 3333): a Unix socket has the port that a client would have used.
        let port = connection.serverPort == 0 ? (isEncrypted ? 443 : 80) : connection.serverPort
        self.add("REQUEST_SCHEME", connection.scheme)
        if isEncrypted { self.add("HTTPS", "on") }
        self.add("SERVER_NAME", name.isEmpty ? Array(connection.serverName.utf8) : Array(name))
        self.add("SERVER_PORT", "\(port)")
        self.add("SERVER_SOFTWARE", "gtornado/\(GTORNADO_VERSION_STRING)")
        self.add("GATEWAY_INTERFACE", "CGI/1.1")
        self.add("REMOTE_ADDR", connection.remoteAddress)
        if connection.remotePort != 0 { self.add("REMOTE_PORT", "\(connection.remotePort)") }
    }

    private mutating func add(_ name: String, _ value: [UInt8]) {
        self.all.append((name, value))
    }

    private mutating func add(_ name: String, _ value: String) {
        self.add(name, Array(value.utf8))
    }

    // MARK: Header fields

    private mutating func addFields(_ request: gt_request) {
        var places: [String: Int] = [:]
        for index in 0..<request.header_count {
            let field = request.headers[index]
            guard let name = Self.variable(of: field.name.bytes) else { continue }
            let value = field.value.bytes
            if let place = places[name] {
                // Several fields of one name are one list; only Cookie has another separator (RFC 9113, 8.2.3).
                self.all[place].value += Array((name == "HTTP_COOKIE" ? "; " : ", ").utf8) + value
            } else {
                places[name] = self.all.count
                self.add(name, Array(value))
            }
        }
    }

    /// The variable that a field becomes; nil for one that is not passed on.
    ///
    /// A name with anything but letters, digits and hyphens is dropped: `X_User` and `X-User` would be one variable, and
    /// a client could speak for a proxy. `Proxy` is dropped since HTTP_PROXY is what HTTP clients of the app obey.
    private static func variable(of name: UnsafeBufferPointer<UInt8>) -> String? {
        var text = ""
        for byte in name {
            switch byte {
            case 0x2D: text += "_"
            case 0x30...0x39, 0x41...0x5A: text.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x61...0x7A: text.unicodeScalars.append(Unicode.Scalar(byte & 0xDF))
            default: return nil
            }
        }
        switch text {
        case "PROXY": return nil
        case "CONTENT_TYPE", "CONTENT_LENGTH": return text
        default: return "HTTP_" + text
        }
    }
}
