// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// libevent's own resolver: DNS over the loop's `event_base`, without a thread.
///
/// It reads `resolv.conf` (or the file that `GTORNADO_RESOLV_CONF` names) and the hosts file when a loop asks its first
/// question. It knows no other source of names: no `nsswitch.conf`, no mDNS; and it cannot ask again by TCP where an
/// answer was too long for UDP.
///
/// ```swift
/// registry.swap(.resolver, for: EvdnsResolver.table)
/// ```
public enum EvdnsResolver {
    /// The table for the registry's slot `resolver`.
    ///
    /// `resolve` fails with `ENOTSUP` on a loop that is not libevent's. Made once, never freed.
    public nonisolated(unsafe) static let table: UnsafePointer<gt_resolver> = {
        var table = gt_resolver()
        table.size = UInt32(MemoryLayout<gt_resolver>.size)
        table.version = 1
        table.name = StaticText.pointer("evdns")
        table.resolve = { loop, name, service, hints, callback, context in
            EvdnsResolver.resolve(loop, name, service, hints, callback, context)
        }
        table.cancel = { handle in
            if let handle { EvdnsQuestion.from(handle).cancel() }
        }
        table.free_answer = { answer in
            if let answer { evutil_freeaddrinfo(answer) }
        }
        let place = UnsafeMutablePointer<gt_resolver>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    /// What it cannot do, a sentence each.
    public static let limitations = [
        "Names come from DNS and the hosts file alone: nsswitch.conf, mDNS and LDAP are not asked.",
        "An answer too long for UDP fails: the question is not asked again by TCP.",
        "resolv.conf and the hosts file are read once.",
    ]

    private static func resolve(
        _ loop: OpaquePointer?,
        _ name: UnsafePointer<CChar>?,
        _ service: UnsafePointer<CChar>?,
        _ hints: UnsafePointer<addrinfo>?,
        _ callback: gt_answer_callback?,
        _ context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        guard let loop, let callback else {
            errno = EINVAL
            return nil
        }
        guard let poller = LibeventLoop.poller(of: loop) else {
            errno = ENOTSUP
            return nil
        }
        guard let dns = poller.dns.pointer else {
            errno = ENOMEM
            return nil
        }
        let place = Question.Loop(ioloop: LibeventLoop.table, loop: loop)
        return EvdnsQuestion(Question(place, callback, context)).ask(dns, name, service, hints)
    }
}

/// A question to evdns: what this table's `gt_question *` points to.
///
/// evdns may answer inside the call that asks, which the seam does not allow, and it answers what was cancelled.
final class EvdnsQuestion {
    private enum State {
        case asking
        case asked(OpaquePointer)
        /// Answered inside the call that asks; to be told by the loop.
        case answered(error: Int32, answer: UnsafeMutablePointer<addrinfo>?)
        case over
    }

    private let question: Question
    private var state = State.asking

    init(_ question: Question) {
        self.question = question
        // Ended by the question's end, as all its references are counted here.
        _ = question.makeHandle()
    }

    static func from(_ handle: OpaquePointer) -> EvdnsQuestion {
        Unmanaged<EvdnsQuestion>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
    }

    func ask(
        _ dns: OpaquePointer,
        _ name: UnsafePointer<CChar>?,
        _ service: UnsafePointer<CChar>?,
        _ hints: UnsafePointer<addrinfo>?
    ) -> OpaquePointer? {
        // One reference for evdns, which always answers, once.
        let context = Unmanaged.passRetained(self).toOpaque()
        let request = evdns_getaddrinfo(
            dns,
            name,
            service,
            hints,
            { error, answer, context in
                guard let context else { return }
                Unmanaged<EvdnsQuestion>.fromOpaque(context).takeRetainedValue().took(error, answer)
            },
            context
        )
        // One reference for the handle, until it is dead.
        let handle = OpaquePointer(Unmanaged.passRetained(self).toOpaque())
        if case .asking = self.state, let request { self.state = .asked(request) }
        if case .answered = self.state { self.tellLater() }
        return handle
    }

    /// evdns's answer.
    private func took(_ error: Int32, _ answer: UnsafeMutablePointer<addrinfo>?) {
        Self.completePorts(of: answer)
        switch self.state {
        case .asking: self.state = .answered(error: error, answer: answer)
        case .asked: self.tell(error, answer)
        case .answered, .over:
            if let answer { evutil_freeaddrinfo(answer) }
        }
    }

    /// For a name of the hosts file and no type, libevent leaves the port out of every other address.
    private static func completePorts(of answer: UnsafeMutablePointer<addrinfo>?) {
        var port: in_port_t = 0
        var next = answer
        while let info = next {
            next = info.pointee.ai_next
            guard let place = self.port(of: info.pointee) else { continue }
            if place.pointee != 0 { port = place.pointee } else { place.pointee = port }
        }
    }

    private static func port(of info: addrinfo) -> UnsafeMutablePointer<in_port_t>? {
        guard let address = UnsafeMutableRawPointer(info.ai_addr) else { return nil }
        switch Int32(address.assumingMemoryBound(to: sockaddr.self).pointee.sa_family) {
        case AF_INET:
            return address.assumingMemoryBound(to: sockaddr_in.self).pointer(to: \.sin_port)
        case AF_INET6:
            return address.assumingMemoryBound(to: sockaddr_in6.self).pointer(to: \.sin6_port)
        default:
            return nil
        }
    }

    private func tellLater() {
        let loop = self.question.loop
        _ = loop.ioloop.pointee.add_callback?(
            loop.loop,
            { context in
                guard let context else { return }
                let question = Unmanaged<EvdnsQuestion>.fromOpaque(context).takeRetainedValue()
                if case .answered(let error, let answer) = question.state { question.tell(error, answer) }
            },
            Unmanaged.passRetained(self).toOpaque()
        )
    }

    private func tell(_ error: Int32, _ answer: UnsafeMutablePointer<addrinfo>?) {
        self.state = .over
        let systemError = error == EAI_SYSTEM ? errno : 0
        Unmanaged.passUnretained(self).release()
        self.question.tell(error, systemError, answer)
    }

    func cancel() {
        let state = self.state
        self.state = .over
        switch state {
        case .asked(let request): evdns_getaddrinfo_cancel(request)
        case .answered(_, let answer?): evutil_freeaddrinfo(answer)
        case .asking, .answered, .over: break
        }
        self.question.end()
        Unmanaged.passUnretained(self).release()
    }
}
