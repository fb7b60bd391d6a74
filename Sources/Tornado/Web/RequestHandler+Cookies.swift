// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A Set-Cookie field to be sent.
struct NewCookie {
    let name: String
    let line: String
}

/// Which requests from other sites carry a cookie.
public struct SameSite: Sendable, Equatable {
    let text: String

    /// None but those that come from the site itself.
    public static let strict = SameSite(text: "Strict")
    /// Also those that follow a link.
    public static let lax = SameSite(text: "Lax")
    /// All; browsers ask for `secure` then.
    public static let none = SameSite(text: "None")
}

extension RequestHandler {
    /// The value of a cookie that the client sent, or `default`.
    public final func getCookie(_ name: String, default: String? = nil) -> String? {
        self.request.cookies[name] ?? `default`
    }

    /// Sets a cookie.
    ///
    /// - Parameters:
    ///   - name: A token.
    ///   - value: Sent in quotes, with escapes, where it needs them.
    ///   - domain: The domain and its subdomains that get the cookie; nil for this host only.
    ///   - path: The paths that get it.
    ///   - expires: When it ends, in seconds since 1970.
    ///   - expiresDays: The same, in days from now.
    ///   - maxAge: The same, in seconds from now.
    ///   - httpOnly: Keeps it from scripts.
    ///   - secure: Keeps it from connections that are not encrypted.
    ///   - sameSite: Which other sites' requests carry it.
    /// - Throws: `HTTPOutputError` for a name that is no token, and for anything in `domain` or `path` that could end
    ///   the attribute.
    public final func setCookie(
        _ name: String,
        _ value: String,
        domain: String? = nil,
        path: String = "/",
        expires: Double? = nil,
        expiresDays: Double? = nil,
        maxAge: Int? = nil,
        httpOnly: Bool = false,
        secure: Bool = false,
        sameSite: SameSite? = nil
    ) throws {
        guard name.isToken else {
            throw HTTPOutputError("setCookie(): \"\(LogText.escaped(name))\" is no cookie's name.")
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw HTTPOutputError("setCookie(): control characters in the value of \(name).")
        }
        var line = "\(name)=\(Cookies.quoted(value))"
        if let domain { line += "; Domain=\(try self.attribute("domain", domain))" }
        if let expires { line += "; expires=\(formatTimestamp(expires))" }
        if let expiresDays { line += "; expires=\(formatTimestamp(Double(time(nil)) + expiresDays * 86400))" }
        if httpOnly { line += "; HttpOnly" }
        if let maxAge { line += "; Max-Age=\(maxAge)" }
        if !path.isEmpty { line += "; Path=\(try self.attribute("path", path))" }
        if secure { line += "; Secure" }
        if let sameSite { line += "; SameSite=\(sameSite.text)" }
        self.newCookies.removeAll { $0.name == name }
        self.newCookies.append(NewCookie(name: name, line: line))
    }

    private func attribute(_ name: String, _ value: String) throws -> String {
        guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") })
        else { throw HTTPOutputError("setCookie(): \(name) \"\(LogText.escaped(value))\" could end the attribute.") }
        return value
    }

    /// Makes the client forget a cookie.
    ///
    /// `path` and `domain` must be those it was set with.
    public final func clearCookie(_ name: String, path: String = "/", domain: String? = nil) throws {
        try self.setCookie(name, "", domain: domain, path: path, expires: 0)
    }

    /// Makes the client forget every cookie that it sent with this request.
    public final func clearAllCookies(path: String = "/", domain: String? = nil) throws {
        for name in self.request.cookies.keys where name.isToken {
            try self.clearCookie(name, path: path, domain: domain)
        }
    }
}
