// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// One call of `getaddrinfo`: its arguments, copied, and its answer.
///
/// Goes from the loop's thread to a worker and back; only one of them has it at a time.
final class Lookup {
    let question: Question
    private let name: UnsafeMutablePointer<CChar>?
    private let service: UnsafeMutablePointer<CChar>?
    private var hints: addrinfo?
    private var error: Int32 = 0
    private var systemError: Int32 = 0
    private var answer: UnsafeMutablePointer<addrinfo>?

    init(
        _ question: Question,
        _ name: UnsafePointer<CChar>?,
        _ service: UnsafePointer<CChar>?,
        _ hints: UnsafePointer<addrinfo>?
    ) {
        self.question = question
        self.name = name.flatMap { strdup($0) }
        self.service = service.flatMap { strdup($0) }
        self.hints = hints?.pointee
    }

    deinit {
        free(self.name)
        free(self.service)
        if let answer = self.answer { freeaddrinfo(answer) }
    }

    /// On a worker's thread.
    func run() {
        if var hints = self.hints {
            self.error = getaddrinfo(self.name, self.service, &hints, &self.answer)
        } else {
            self.error = getaddrinfo(self.name, self.service, nil, &self.answer)
        }
        if self.error == EAI_SYSTEM { self.systemError = errno }
    }

    /// On the loop's thread, and only if the question was not cancelled: the asker owns the answer now.
    func tell() {
        let answer = self.answer
        self.answer = nil
        self.question.tell(self.error, self.systemError, answer)
    }
}
