// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

@Suite("The table of requests that this project holds itself to")
struct CoreTableTests {
    @Test("comes out as its rule says", arguments: CoreCase.all)
    func outcome(_ row: CoreCase) {
        let outcome = ConnectionDriver.run(row.input)
        #expect(outcome.end == self.expectedEnd(row), "\(row.rule)")
        #expect(outcome.requests.count == row.requests.count)
        for (request, expected) in zip(outcome.requests, row.requests) {
            self.compare(request, expected)
        }
    }

    @Test("comes out the same however it is split", arguments: CoreCase.all)
    func splitting(_ row: CoreCase) {
        expectSameHoweverSplit(row.input, ConnectionDriver.run(row.input), row.id)
    }

    @Test("holds every required row")
    func rows() {
        let required = [
            "rl": [3, 4, 5, 6, 11, 13, 15, 16, 19, 20, 23, 24, 26, 27, 29],
            "tg": [3, 4],
            "ho": [1, 2, 3, 5, 6],
            "hd": [1, 2, 3, 4, 5, 6, 8, 9, 11, 16, 17, 19],
            "cl": [2, 3, 4, 5, 8, 10, 11, 16, 17, 20, 22, 25],
            "te": [3, 4, 5, 6, 9, 10, 12, 17, 19, 20, 22, 26],
            "ck": [1, 2, 4, 6, 9, 10, 12, 14, 16, 19, 26, 29, 30],
            "pl": [2, 3],
        ]
        let ids = CoreCase.all.map(\.id)
        for (prefix, numbers) in required {
            for number in numbers {
                let id = prefix + (number < 10 ? "-0" : "-") + String(number)
                #expect(ids.contains(id))
            }
        }
        #expect(Set(ids).count == ids.count)
        for row in CoreCase.all { #expect((row.status != nil) == (row.end == .refused), "\(row.id)") }
    }

    private func expectedEnd(_ row: CoreCase) -> Outcome.End {
        switch row.end {
        case .open: .open
        case .closed: .closed
        case .waiting: .waiting
        case .refused: .refused(row.status ?? 0)
        }
    }

    private func compare(_ request: ParsedRequest, _ expected: CoreCase.Request) {
        #expect(request.method == expected.method)
        #expect(request.target == expected.target.text)
        #expect(latin1(request.body) == expected.body ?? "")
        if let host = expected.host { #expect(request.host == host) }
        if let version = expected.version { #expect("1.\(request.minorVersion)" == version) }
        if let headers = expected.headers { #expect(request.headers.map { [$0.name, $0.value] } == headers) }
        #expect(request.trailers.map { [$0.name, $0.value] } == expected.trailers ?? [])
    }
}
