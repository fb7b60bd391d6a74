// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The methods that handlers have.
enum RequestMethod: Int, CaseIterable {
    case get
    case head
    case post
    case delete
    case patch
    case put
    case options

    @inline(__always)
    init?(_ name: gt_bytes) {
        if name.equals("GET") {
            self = .get
            return
        }
        guard let found = RequestMethod.allCases.first(where: { name.equals($0.name) }) else { return nil }
        self = found
    }

    var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .put: "PUT"
        case .options: "OPTIONS"
        }
    }
}
