// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

extension HTTPServerRequest {
    /// The arguments of the query.
    ///
    /// Empty if the query has more than `FormArguments.limit`, which a handler never sees: such a request is answered
    /// with 400 before its method is called.
    public var queryArguments: FormArguments { (try? self.parseQuery()) ?? FormArguments() }

    /// The arguments of an urlencoded or multipart body; empty for any other type.
    public var bodyArguments: FormArguments {
        try? self.parseBody()
        return self.details?.form ?? FormArguments()
    }

    /// The arguments of query and body together, the query's first.
    public var arguments: FormArguments {
        var all = self.queryArguments
        all.merge(self.bodyArguments)
        return all
    }

    /// The files of a multipart body by the name of their field.
    public var files: [String: [HTTPFile]] {
        try? self.parseBody()
        return self.details?.files ?? [:]
    }

    /// Parses what has to be in order before a method is called.
    ///
    /// Throws `HTTPInputError`.
    func parseInput() throws {
        if self.queryView.size > 0 { _ = try self.parseQuery() }
        if self.hasBody { try self.parseBody() }
    }

    private func parseQuery() throws -> FormArguments {
        if let query = self.details?.query { return query }
        var query = FormArguments()
        self.parsed.query = query
        try query.parse(urlencoded: self.queryView.buffer)
        self.parsed.query = query
        return query
    }

    private func parseBody() throws {
        guard !self.body.isEmpty, self.details?.form == nil, let type = self.field("content-type") else { return }
        self.parsed.form = FormArguments()
        let contentType = String(decoding: type.buffer, as: UTF8.self)
        let media = contentType.prefix { $0 != ";" }.lowercased().strippedOfWhitespace
        guard media == "application/x-www-form-urlencoded" || media == "multipart/form-data" else { return }
        if self.field("content-encoding") != nil {
            throw HTTPInputError("A form with a Content-Encoding, which is not supported.")
        }
        try self.body.withUnsafeBufferPointer { body in
            if media == "multipart/form-data" {
                let form = try MultipartForm(contentType: contentType, body: body)
                self.parsed.form = form.arguments
                self.parsed.files = form.files
            } else {
                var form = FormArguments()
                try form.parse(urlencoded: body)
                self.parsed.form = form
            }
        }
    }
}
