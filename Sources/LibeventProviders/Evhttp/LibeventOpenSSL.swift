// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import CTLS
import Glibc

/// libevent's bufferevents over OpenSSL, and what else of OpenSSL evhttp's connections need.
///
/// A library of its own, which is loaded by the first server with TLS: a run without TLS neither has it nor waits for it.
struct LibeventOpenSSL: Sendable {
    /// OpenSSL's `SSL *`.
    typealias Session = UnsafeMutableRawPointer

    /// Why there is none.
    struct Missing: Error {
        let reason: String
    }

    private typealias SocketNew =
        @convention(c) (OpaquePointer?, Int32, Session?, Int32, Int32) -> UnsafeMutablePointer<bufferevent>?
    private typealias SetDirty = @convention(c) (UnsafeMutablePointer<bufferevent>?, Int32) -> Void
    private typealias GetError = @convention(c) (UnsafeMutablePointer<bufferevent>?) -> UInt
    private typealias Reason = @convention(c) (UInt) -> UnsafePointer<CChar>?
    private typealias VerifyResult = @convention(c) (Session?) -> Int
    private typealias VerifyReason = @convention(c) (Int) -> UnsafePointer<CChar>?
    private typealias GetSession = @convention(c) (UnsafeMutablePointer<bufferevent>?) -> Session?
    private typealias New = @convention(c) (UnsafeMutableRawPointer?) -> Session?
    private typealias Free = @convention(c) (Session?) -> Void
    private typealias Ask = @convention(c) (Session?) -> Int32
    private typealias Set = @convention(c) (Session?, Int32) -> Int32
    private typealias SetReadAhead = @convention(c) (Session?, Int32) -> Void
    private typealias SetOptions = @convention(c) (Session?, UInt64) -> UInt64
    private typealias Control = @convention(c) (Session?, Int32, Int, UnsafeMutableRawPointer?) -> Int
    private typealias Clear = @convention(c) () -> Void
    /// OpenSSL's message callback: whether it is written, a version, what it is, its bytes, the session, the context.
    typealias Watcher =
        @convention(c) (
            Int32, Int32, Int32, UnsafeRawPointer?, Int, Session?, UnsafeMutableRawPointer?
        ) -> Void
    private typealias SetWatcher = @convention(c) (Session?, Watcher?) -> Void

    private static let file = "libevent_openssl-2.1.so.7"
    /// `BUFFEREVENT_SSL_ACCEPTING`, of a header that needs OpenSSL's.
    private static let accepting: Int32 = 2
    /// `SSL_OP_IGNORE_UNEXPECTED_EOF`: a client may close without TLS's own word.
    private static let ignoreUnexpectedEOF: UInt64 = 1 << 7
    /// `SSL_CTRL_CLEAR_MODE` and `SSL_MODE_ENABLE_PARTIAL_WRITE`.
    private static let clearMode: Int32 = 78
    private static let partialWrite = 1
    /// `SSL_CTRL_SET_MSG_CALLBACK_ARG`.
    private static let setWatcherContext: Int32 = 16
    /// `SSL3_RT_HEADER`: the five bytes that a record begins with.
    static let recordHeader: Int32 = 0x100
    /// `ERR_LIB_SSL` with `SSL_R_CERTIFICATE_VERIFY_FAILED`, as an error's number has them.
    private static let certificateRefused: UInt = 20 << 23 | 134

    private let socketNew: SocketNew
    private let setDirty: SetDirty
    private let getSession: GetSession
    private let getError: GetError
    private let reason: Reason
    private let verifyResult: VerifyResult
    private let verifyReason: VerifyReason
    private let new: New
    private let release: Free
    private let shutdown: Ask
    private let pending: Ask
    private let isFinished: Ask
    private let setDescriptor: Set
    private let setReadAhead: SetReadAhead
    private let setOptions: SetOptions
    private let control: Control
    private let clearErrors: Clear
    private let setWatcher: SetWatcher

    /// The library, loaded by whoever asks first, and kept.
    static let shared = Result { () throws(Missing) in try LibeventOpenSSL() }

    private init() throws(Missing) {
        // It must not show its OpenSSL to plugins, which may bring another.
        guard let library = dlopen(Self.file, RTLD_NOW | RTLD_LOCAL) else {
            let why = dlerror().map { String(cString: $0) } ?? "it cannot be loaded"
            throw Missing(reason: "evhttp needs \(Self.file) for TLS (Debian: libevent-openssl-2.1-7): \(why)")
        }
        func symbol<Function>(_ name: String, as type: Function.Type) throws(Missing) -> Function {
            guard let address = dlsym(library, name) else {
                throw Missing(reason: "evhttp needs \(name) for TLS, which \(Self.file) and its OpenSSL do not have")
            }
            // Functions of the C library, as its headers declare them.
            return unsafeBitCast(address, to: type)
        }
        // Contexts are made by one OpenSSL, and sessions of them by the one that libevent came with.
        guard let new = dlsym(library, "SSL_new"), gt_tls_is_by(new) != 0 else {
            throw Missing(reason: "evhttp cannot speak TLS: \(Self.file) uses another OpenSSL than gtornado does")
        }
        self.socketNew = try symbol("bufferevent_openssl_socket_new", as: SocketNew.self)
        self.setDirty = try symbol("bufferevent_openssl_set_allow_dirty_shutdown", as: SetDirty.self)
        self.getSession = try symbol("bufferevent_openssl_get_ssl", as: GetSession.self)
        self.getError = try symbol("bufferevent_get_openssl_error", as: GetError.self)
        self.reason = try symbol("ERR_reason_error_string", as: Reason.self)
        self.verifyResult = try symbol("SSL_get_verify_result", as: VerifyResult.self)
        self.verifyReason = try symbol("X509_verify_cert_error_string", as: VerifyReason.self)
        self.new = try symbol("SSL_new", as: New.self)
        self.release = try symbol("SSL_free", as: Free.self)
        self.shutdown = try symbol("SSL_shutdown", as: Ask.self)
        self.pending = try symbol("SSL_pending", as: Ask.self)
        self.isFinished = try symbol("SSL_is_init_finished", as: Ask.self)
        self.setDescriptor = try symbol("SSL_set_fd", as: Set.self)
        self.setReadAhead = try symbol("SSL_set_read_ahead", as: SetReadAhead.self)
        self.setOptions = try symbol("SSL_set_options", as: SetOptions.self)
        self.control = try symbol("SSL_ctrl", as: Control.self)
        self.clearErrors = try symbol("ERR_clear_error", as: Clear.self)
        self.setWatcher = try symbol("SSL_set_msg_callback", as: SetWatcher.self)
    }

    /// A bufferevent that waits for its socket, with a session of that `SSL_CTX *`.
    ///
    /// Whoever has it frees the session, by ``free(_:)``, after it.
    func makeBufferevent(
        _ base: OpaquePointer?,
        context: UnsafeMutableRawPointer
    ) -> UnsafeMutablePointer<bufferevent>? {
        guard let session = self.new(context) else {
            self.clearErrors()
            return nil
        }
        // The bufferevent asks only for what is decrypted, and would never see what lies before that.
        self.setReadAhead(session, 0)
        // It takes a write that was done in part for a whole one, and the rest would be lost.
        _ = self.control(session, Self.clearMode, Self.partialWrite, nil)
        _ = self.setOptions(session, Self.ignoreUnexpectedEOF)
        guard let bufferevent = self.socketNew(base, -1, session, Self.accepting, 0) else {
            self.release(session)
            return nil
        }
        self.setDirty(bufferevent, 1)
        return bufferevent
    }

    func session(of bufferevent: UnsafeMutablePointer<bufferevent>) -> Session? {
        self.getSession(bufferevent)
    }

    /// Why it failed, in OpenSSL's words; nil if the peer has just gone.
    func failure(of bufferevent: UnsafeMutablePointer<bufferevent>) -> String? {
        // It keeps three numbers at most, one of which says only where to look.
        for _ in 0..<4 {
            let number = self.getError(bufferevent)
            if number == 0 { break }
            guard let why = self.reason(number).map({ String(cString: $0) }) else { continue }
            guard number == Self.certificateRefused,
                let detail = self.verifyReason(self.verifyResult(self.getSession(bufferevent)))
            else { return why }
            return "\(why): \(String(cString: detail))"
        }
        return nil
    }

    func free(_ session: Session) {
        self.release(session)
    }

    func isHandshakeDone(_ session: Session) -> Bool {
        self.isFinished(session) == 1
    }

    /// Decrypted bytes that lie in the session, of which the socket does not tell.
    func hasPending(_ session: Session) -> Bool {
        self.pending(session) > 0
    }

    /// Has a session tell what passes through it, or nobody.
    ///
    /// The context is handed to `watcher`, and has to live until it is taken away.
    func watch(_ session: Session, context: UnsafeMutableRawPointer?, _ watcher: Watcher?) {
        self.setWatcher(session, watcher)
        _ = self.control(session, Self.setWatcherContext, 0, context)
    }

    /// Tells the peer that this is the end, if the socket takes that at once.
    func sayEnd(_ session: Session) {
        _ = self.shutdown(session)
        // OpenSSL's errors are the thread's, and the next session would take them for its own.
        self.clearErrors()
    }

    /// Moves a session to another descriptor of the same socket.
    func move(_ session: Session, to descriptor: Int32) -> Bool {
        self.setDescriptor(session, descriptor) == 1
    }
}
