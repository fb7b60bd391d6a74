// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension ClientURL {
    /// The URL that `reference`, the value of a Location field, means when this one answered with it (RFC 3986, 5.2).
    ///
    /// Name and password stay if the reference names no host, the fragment if it has none.
    func resolving(_ reference: String) throws -> ClientURL {
        let reference = Self.encoded(reference)
        let url = try ClientURL(self.absolute(reference))
        if url.fragment.isEmpty, !self.fragment.isEmpty {
            return try ClientURL(self.absolute(reference) + self.fragment)
        }
        return url
    }

    private func absolute(_ reference: String) -> String {
        let scheme = self.isTLS ? "https:" : "http:"
        if Self.hasScheme(reference) { return reference }
        if reference.hasPrefix("//") { return scheme + reference }
        let base = "\(scheme)//\(self.userInfo)\(self.authority)"
        let path = self.target.prefix { $0 != "?" }
        if reference.isEmpty { return base + self.target }
        if reference.hasPrefix("#") { return base + self.target + reference }
        if reference.hasPrefix("?") { return base + path + reference }
        let referencePath = reference.prefix { $0 != "?" && $0 != "#" }
        let rest = reference[referencePath.endIndex...]
        if reference.hasPrefix("/") { return base + Self.withoutDots(referencePath) + rest }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return base + Self.withoutDots(folder + referencePath) + rest
    }

    private var userInfo: String {
        guard let user = self.user else { return "" }
        return "\(PercentCoding.encode(user)):\(PercentCoding.encode(self.password ?? ""))@"
    }

    /// What servers send although a URL may not hold it: spaces, and letters beyond ASCII as UTF-8 or Latin-1.
    private static func encoded(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else { return text }
        // Fields are read as Latin-1: a character is a byte.
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            let value = scalar.value
            if value > 0x20, value < 0x7F { out.unicodeScalars.append(scalar) } else { out += Self.escape(value) }
        }
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value & 0xFF, radix: 16, uppercase: true)
        return value & 0xFF < 16 ? "%0\(digits)" : "%\(digits)"
    }

    private static func hasScheme(_ text: String) -> Bool {
        guard let end = text.firstIndex(where: { ":/?#".contains($0) }), text[end] == ":" else { return false }
        let name = text[..<end]
        guard let first = name.utf8.first, (first | 0x20) &- 0x61 < 26 else { return false }
        return name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
    }

    /// A path without `.` and `..` (RFC 3986, 5.2.4).
    private static func withoutDots(_ path: Substring) -> String {
        var parts: [Substring] = []
        let all = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, part) in all.enumerated() {
            let isLast = index == all.count - 1
            switch part {
            case ".": if isLast { parts.append("") }
            case "..":
                _ = parts.popLast()
                if isLast { parts.append("") }
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
