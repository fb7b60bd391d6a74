// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import Glibc
import MonkeyPatch

/// An option that can also come from the environment.
///
/// A flag counts before the variable, which counts before the default.
struct Setting {
    /// The variable: "GTORNADO_LOG_LEVEL".
    let variable: String

    init(_ name: String) {
        self.variable = "GTORNADO_" + name
    }

    /// The help of the option that this is about.
    ///
    /// Names the variable and the default.
    func help(_ abstract: String, default value: String? = nil, valueName: String? = nil) -> ArgumentHelp {
        let fallback = value.map { " [default: \($0)]" } ?? ""
        return ArgumentHelp("\(abstract) [env: \(self.variable)]\(fallback)", valueName: valueName)
    }

    /// What the variable says; null if it is unset or empty.
    var text: String? {
        guard let value = getenv(self.variable), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// What the variable says, as the option's own type.
    func value<Value: ExpressibleByArgument>(as type: Value.Type) throws -> Value? {
        guard let text = self.text else { return nil }
        if let value = Value(argument: text) { return value }
        let values = Value.allValueStrings
        let why =
            values.isEmpty
            ? "'\(text)' is no \(Value.description)" : "'\(text)' is none of \(values.joined(separator: ", "))"
        throw MonkeyError(.usage, "cannot use \(self.variable)", because: why, try: "unset \(self.variable)")
    }

    /// What the variable says as a list with commas in it; empty if it is unset.
    var list: [String] {
        self.text.map { $0.split(separator: ",").map { String($0.filter { $0 != " " }) } } ?? []
    }

    /// What the variable says as yes or no.
    func flag() throws -> Bool? {
        guard let text = self.text else { return nil }
        switch text.lowercased() {
        case "1", "yes", "true", "on": return true
        case "0", "no", "false", "off": return false
        default:
            throw MonkeyError(
                .usage,
                "cannot use \(self.variable)",
                because: "'\(text)' is neither 1 nor 0",
                try: "\(self.variable)=1",
                "unset \(self.variable)"
            )
        }
    }
}

extension ExpressibleByArgument {
    fileprivate static var description: String {
        switch Self.self {
        case is TimeSpan.Type: "length of time such as 10s, 500ms or 1m"
        case is ByteSize.Type: "number of bytes such as 65536, 256k or 2G"
        case is UInt32.Type: "number such as 100"
        case is WhenFull.Type: "policy: wait, queue:N or 503"
        default: "value for this option"
        }
    }
}
