// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

@Suite("llhttp's request tests")
struct LLHTTPTests {
    private static let differences = Differences.load("llhttp")

    @Test("valid ones are taken as llhttp logs them", arguments: LLHTTPCase.requests.filter(Self.isValid))
    func valid(_ row: LLHTTPCase) {
        let name = row.id.replacing("llhttp/request/", with: "")
        let outcome = ConnectionDriver.run(row.input)
        expectSameHoweverSplit(row.input, outcome, row.id)
        if let reason = Self.differences.stricter[name] {
            #expect(outcome.requests.isEmpty && isRefused(outcome), "\(reason)")
            return
        }
        let isPaused = row.error != nil
        #expect(isPaused || !isRefused(outcome), "\(outcome.end)")
        var messages = row.messages.filter(\.hasHead)
        if isPaused || Self.differences.otherBody?[name] != nil { messages = Array(messages.prefix(1)) }
        let requests = outcome.requests + (outcome.partial.map { [$0] } ?? [])
        #expect(
            isPaused
                ? requests.count >= 1 : Self.differences.otherBody?[name] != nil || requests.count == messages.count
        )
        for (request, message) in zip(requests, messages) {
            compare(request, message, row, hasBody: Self.differences.otherBody?[name] == nil)
        }
    }

    @Test("invalid ones are refused", arguments: LLHTTPCase.requests.filter { !Self.isValid($0) })
    func invalid(_ row: LLHTTPCase) {
        let name = row.id.replacing("llhttp/request/", with: "")
        let outcome = ConnectionDriver.run(row.input)
        expectSameHoweverSplit(row.input, outcome, row.id)
        if let reason = Self.differences.taken[name] {
            #expect(outcome.requests.count == 1, "\(reason)")
            return
        }
        if row.error?.isDataAfterClose == true {
            #expect(outcome.requests.count == 1)
            #expect(outcome.end == .closed, "what follows is never read (RFC 9112, 9.6)")
            return
        }
        #expect(outcome.requests.isEmpty)
        #expect(isRefused(outcome) || Self.differences.cutShort[name] != nil, "\(outcome.end)")
    }

    @Test("of its 65 errors, ten are pauses, three close, two are legal, two end early, and 48 are refused")
    func numbers() {
        let errors = LLHTTPCase.requests.compactMap { row in row.error.map { (row, $0) } }
        #expect(LLHTTPCase.requests.count == 134)
        #expect(errors.count == 65)
        #expect(errors.count { $0.1.isPause } == 10)
        #expect(errors.count { $0.1.isDataAfterClose } == 3)
        let others = errors.filter { !$0.1.isPause && !$0.1.isDataAfterClose }.map { ConnectionDriver.run($0.0.input) }
        #expect(others.count { !$0.requests.isEmpty } == 2)
        #expect(others.count { $0.end == .waiting } == 2)
        #expect(others.count { isRefused($0) } == 48)
    }

    private static func isValid(_ row: LLHTTPCase) -> Bool {
        row.error?.isPause ?? true
    }

    private func isRefused(_ outcome: Outcome) -> Bool {
        if case .refused = outcome.end { true } else { false }
    }

    private func compare(_ request: ParsedRequest, _ message: LLHTTPMessage, _ row: LLHTTPCase, hasBody: Bool) {
        #expect(request.method == message.method)
        #expect(request.target == message.target)
        #expect("1.\(request.minorVersion)" == message.version)
        var headers = request.headers
        if row.isHostMissing, headers.first?.name == "Host" { headers.removeFirst() }
        #expect(headers == message.headers)
        #expect(!hasBody || latin1(request.body) == message.body)
        #expect(!message.isComplete || request.trailers == message.trailers)
    }
}
