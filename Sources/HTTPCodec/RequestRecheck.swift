// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// The codec's rules for a request that another parser has already split into its parts.
///
/// What a lenient parser let through is refused here, as far as the parts still show it.
public enum RequestRecheck {
    /// Checks the method, target and minor version set in `head` together with all fields, and sets the rest of `head`.
    ///
    /// The views are those of the other parser. Returns nil if the request may be served; else the connection must be
    /// closed after the answer, because the other parser may have misread where the request ends.
    public static func check(
        _ head: inout RequestHead,
        headers: UnsafePointer<gt_header>,
        count: Int,
        limits: RequestLimits,
        knownHost: KnownHost
    ) -> Refusal? {
        if count > limits.fields { return Refusal(431, "there are more header fields than the limit") }
        var fields = RequestFields()
        for index in 0..<count {
            let field = headers[index]
            guard self.isToken(field.name) else { return .bad("a field name is not a token followed by a colon") }
            guard ResponseField.isValue(field.value) else { return .bad("a control byte in a field value") }
            if let refusal = fields.note(field.name, field.value) { return refusal }
        }
        var line = StartLine()
        line.method = head.method
        line.target = head.target
        line.minorVersion = head.minorVersion
        guard self.isVisible(head.target) else {
            return .bad("the request target is empty or holds a byte that is not visible ASCII")
        }
        if let refusal = line.classifyTarget() { return refusal }
        return fields.settle(
            &head,
            form: line.form,
            authority: line.authority,
            limits: limits,
            knownHost: knownHost
        )
    }

    @inline(__always)
    private static func isToken(_ name: gt_bytes) -> Bool {
        guard name.size > 0, let bytes = name.data else { return false }
        for index in 0..<name.size where !CharacterClass.isToken(bytes[index]) { return false }
        return true
    }

    @inline(__always)
    private static func isVisible(_ target: gt_bytes) -> Bool {
        guard target.size > 0, let bytes = target.data else { return false }
        for index in 0..<target.size where !CharacterClass.isVisible(bytes[index]) { return false }
        return true
    }
}
