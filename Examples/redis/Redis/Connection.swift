// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CRedis
import Glibc
import Tornado

/// What Redis said instead of an answer; answered with 503.
struct RedisError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 503 }
    var logMessage: String? { self.description }

    init(_ message: String) { self.description = message }

    init(_ context: UnsafeMutablePointer<redisContext>) {
        self.description = withUnsafeBytes(of: &context.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// What a command is answered with.
enum Reply: Equatable {
    case null
    case integer(Int64)
    case text(String)
    case array([Reply])

    fileprivate init(_ reply: redisReply) throws {
        let text = String(decoding: UnsafeRawBufferPointer(start: reply.str, count: reply.len), as: UTF8.self)
        switch reply.type {
        case REDIS_REPLY_NIL: self = .null
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .text(text)
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
            self = .array(try elements.compactMap { $0 }.map { try Reply($0.pointee) })
        case REDIS_REPLY_ERROR: throw RedisError(text)
        default: throw RedisError("an answer of an unknown type: \(reply.type)")
        }
    }
}

/// A connection to Redis: plain, blocking hiredis.
final class Connection {
    private let context: UnsafeMutablePointer<redisContext>

    /// Connects.
    init(host: String, port: Int32) throws {
        guard let context = redisConnect(host, port) else { throw RedisError("out of memory") }
        self.context = context
        if context.pointee.err != 0 { throw RedisError(context) }
    }

    deinit {
        redisFree(self.context)
    }

    /// Sends a command, and waits for its answer.
    func command(_ words: String...) throws -> Reply {
        let texts = words.map { strdup($0) }
        defer { for text in texts { free(text) } }
        var values = texts.map { UnsafePointer<CChar>($0) }
        guard let answer = redisCommandArgv(self.context, Int32(values.count), &values, nil) else {
            throw RedisError(self.context)
        }
        defer { freeReplyObject(answer) }
        return try Reply(answer.assumingMemoryBound(to: redisReply.self).pointee)
    }
}
