// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

@Suite("gunicorn's request tests")
struct GunicornTests {
    private static let differences = Differences.load("gunicorn")

    /// gunicorn's default limits, for the five cases that are invalid by size alone.
    private static let gunicornLimits = RequestLimits(startLine: 4096, head: 8192, fields: 100)

    @Test("valid ones are taken whole, but for the stricter rules", arguments: GunicornCase.all.filter(\.isValid))
    func valid(_ row: GunicornCase) {
        let name = row.id.replacing("gunicorn/valid/", with: "")
        let outcome = ConnectionDriver.run(row.input)
        expectSameHoweverSplit(row.input, outcome, row.id)
        if let reason = Self.differences.stricter[name] {
            #expect(outcome.requests.isEmpty, "\(reason)")
            #expect(isRefused(outcome), "\(reason)")
            return
        }
        #expect(!isRefused(outcome))
        let expected = row.requests ?? []
        #expect(!expected.isEmpty)
        // The body of one ends early, which gunicorn's tests take for its end.
        let requests = outcome.requests + [outcome.partial].compactMap { $0 }
        #expect(requests.count == expected.count)
        for (request, expected) in zip(requests, expected) { compare(request, expected, row) }
    }

    @Test("invalid ones are refused under gunicorn's limits", arguments: GunicornCase.all.filter { !$0.isValid })
    func invalid(_ row: GunicornCase) {
        let name = row.id.replacing("gunicorn/invalid/", with: "")
        let limits = row.settings.isEmpty ? Self.gunicornLimits : RequestLimits()
        let outcome = ConnectionDriver.run(row.input, limits: limits)
        expectSameHoweverSplit(row.input, outcome, limits: limits, row.id)
        if let reason = Self.differences.taken[name] {
            #expect(outcome.requests.count == 1, "\(reason)")
            return
        }
        #expect(outcome.requests.isEmpty)
        // Two are invalid because they end early: they wait, and nothing is executed.
        let endsEarly = Self.differences.cutShort[name] != nil
        #expect(endsEarly ? outcome.end == .waiting : isRefused(outcome))
    }

    @Test("are taken under our limits where they are invalid by size alone")
    func size() {
        for row in GunicornCase.all where !row.isValid {
            let name = row.id.replacing("gunicorn/invalid/", with: "")
            guard let reason = Self.differences.bySize?[name] else { continue }
            #expect(ConnectionDriver.run(row.input).requests.count == 1, "\(row.id): \(reason)")
        }
    }

    @Test("none but one of the 63 with default options is taken")
    func numbers() {
        let defaults = GunicornCase.all.filter { !$0.isValid && $0.settings.isEmpty }
        #expect(defaults.count == 63)
        let taken = defaults.filter {
            !ConnectionDriver.run($0.input, limits: Self.gunicornLimits).requests.isEmpty
        }
        #expect(taken.map(\.id) == ["gunicorn/invalid/003c"])
    }

    private func isRefused(_ outcome: Outcome) -> Bool {
        if case .refused = outcome.end { true } else { false }
    }

    private func compare(_ request: ParsedRequest, _ expected: GunicornCase.Request, _ row: GunicornCase) {
        #expect(request.method == expected.method || row.settings.contains { $0.contains("casefold") })
        #expect(request.target == expected.uri.raw)
        #expect([1, Int(request.minorVersion)] == expected.version)
        #expect(latin1(request.body) == expected.body)
        var headers = request.headers.map { [$0.name.uppercased(), $0.value] }
        if !row.hasHost { headers.removeAll { $0[0] == "HOST" } }
        // gunicorn drops names with underscores before its app sees them.
        if !row.settings.contains(where: { $0.contains("dangerous") }) {
            headers.removeAll { $0[0].contains("_") }
        }
        #expect(headers == expected.headers)
        #expect(request.trailers.map { [$0.name.uppercased(), $0.value] } == expected.trailers ?? [])
    }
}
