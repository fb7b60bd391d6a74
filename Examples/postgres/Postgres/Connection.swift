// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CPostgres
import Glibc
import Tornado

/// What the database said instead of an answer; answered with 503.
struct PostgresError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 503 }
    var logMessage: String? { self.description }

    init(_ handle: OpaquePointer?) {
        let message = PQerrorMessage(handle).map { String(cString: $0) } ?? "out of memory"
        self.description = message.split(separator: "\n").joined(separator: " ")
    }
}

/// A connection to the database: plain, blocking libpq.
final class Connection {
    private let handle: OpaquePointer

    /// Connects.
    ///
    /// An empty address leaves everything to PGHOST, PGUSER and their like.
    init(_ address: String) throws {
        guard let handle = PQconnectdb(address) else { throw PostgresError(nil) }
        self.handle = handle
        // Every property is set: what is thrown from here on runs deinit.
        guard PQstatus(handle) == CONNECTION_OK else { throw PostgresError(handle) }
    }

    deinit {
        PQfinish(self.handle)
    }

    /// Whether it can be used again.
    var isAlive: Bool { PQstatus(self.handle) == CONNECTION_OK }

    /// Whether it is encrypted.
    var isEncrypted: Bool { PQsslInUse(self.handle) != 0 }

    /// Runs a statement, with parameters for its numbered places, and returns the first column of its first row.
    func value(_ statement: String, _ parameters: [String]) throws -> String? {
        let texts = parameters.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let values = texts.map { UnsafePointer<CChar>($0) }
        let result = PQexecParams(self.handle, statement, Int32(values.count), nil, values, nil, nil, 0)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK else { throw PostgresError(self.handle) }
        guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
        return String(cString: PQgetvalue(result, 0, 0))
    }
}
