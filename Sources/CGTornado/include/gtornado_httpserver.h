/*
 * gtornado_httpserver.h - the slot "httpserver": requests, answers, TLS.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A part of gtornado.h, which says what holds for every table.
 */
#ifndef GTORNADO_HTTPSERVER_H
#define GTORNADO_HTTPSERVER_H

#include "gtornado_ioloop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* -------------------------------------------------------------------------------------------- slot "httpserver" */

typedef struct gt_server gt_server;
/* One request and its answer. Dead once delegate->finished was called for it, or, where delegate->request returned
 * null, once that returned. */
typedef struct gt_exchange gt_exchange;

typedef struct gt_header {
    gt_bytes name;
    gt_bytes value;
} gt_header;

enum {
    /* The connection stays open after this exchange, unless the answer says otherwise. */
    GT_REQUEST_KEEP_ALIVE = 1,
    /* The body is chunked: its length is known at its end. */
    GT_REQUEST_CHUNKED = 2,
    /* The client waits for 100 Continue. It is sent by the first call of want_body, or not at all. */
    GT_REQUEST_EXPECT_CONTINUE = 4,
    /* The client asks to upgrade: detach() may take the connection over. */
    GT_REQUEST_UPGRADE = 8,
    /* The connection is encrypted. */
    GT_REQUEST_TLS = 16
};

/* A request whose head is complete and valid. Every view is dead when delegate->request returns. */
typedef struct gt_request {
    uint32_t size;
    uint32_t flags;
    gt_bytes method;
    /* As sent: "/path?query", "*", or "http://host/path". */
    gt_bytes target;
    /* The value of Host; empty where HTTP/1.0 gave none. */
    gt_bytes host;
    /* In the order received, names as spelt by the client. */
    const gt_header *headers;
    size_t header_count;
    /* Bytes of body to come; -1 if chunked. */
    int64_t content_length;
    uint8_t version_major;
    uint8_t version_minor;
    /* When the server began to read the head, in nanoseconds on the monotonic clock, so that what it waited for behind
     * others of the same packet counts; 0 if the server does not say, and beyond `size` with older ones. */
    uint64_t arrived;
} gt_request;

/* What an app gives a server: who is told of requests. */
typedef struct gt_http_delegate {
    uint32_t size;
    uint32_t version;
    /* A request's head is complete. The answer may be begun, and ended, inside this call. Returns the context for the
     * calls below; null if the answer was ended inside and no more is to be told of this request. */
    void *(*request)(void *server_context, gt_exchange *exchange, const gt_request *request);
    /* A piece of the body. Not called any more once the answer was ended. */
    void (*body)(void *request_context, gt_bytes piece);
    /* The body is complete (called without any body() where there is none). `trailers` are those of a chunked body. */
    void (*body_end)(void *request_context, const gt_header *trailers, size_t trailer_count);
    /* The client has sent its end of file: it has gone, or only closed its sending half. Writing may still work. */
    void (*peer_closed)(void *request_context);
    /* The unsent output has fallen under the limit again, after write() returned GT_WRITE_FULL. */
    void (*drained)(void *request_context);
    /* The last call for this request, made exactly once. `lost` is non-zero if the answer did not leave whole. May come
     * from inside respond() or write() with GT_END, detach() and close_all_connections(), never from inside abort(). */
    void (*finished)(void *request_context, int lost);
    /* The server itself refused what a client sent with `status` (400, 408, 413, 414, 431, 501, 505), for the access
     * log. `start_line` is what there was of it. May be null. */
    void (*refused)(void *server_context, gt_exchange *exchange, int status, const char *why, gt_bytes start_line);
    /* A client and the server could not agree on TLS, and the connection ends; `why` is a sentence. `exchange` is for
     * peer() and local() only. May be null. */
    void (*handshake_failed)(void *server_context, gt_exchange *exchange, const char *why);
} gt_http_delegate;

enum {
    /* Last piece: the answer is complete. */
    GT_END = 1
};
enum {
    /* Returned by respond() and write(): all was taken, but more than max_buffer_size is unsent. Wait for drained(). */
    GT_WRITE_FULL = 1
};
enum {
    /* Add a Date header. */
    GT_RESPONSE_DATE = 1,
    /* Close the connection after this answer. */
    GT_RESPONSE_CLOSE = 2
};

/* The head of an answer. The server adds what framing needs (Content-Length or Transfer-Encoding, Connection) and drops
 * such fields from `headers`; it refuses (-EINVAL) a name that is no token, and a control byte in a value or reason. */
typedef struct gt_response {
    uint32_t size;
    uint32_t flags;
    /* 200 to 599. */
    int status;
    /* Empty: the standard phrase. */
    gt_bytes reason;
    const gt_header *headers;
    size_t header_count;
    /* Bytes of body that will follow in all, also where HEAD or 304 sends none; -1 if not known. */
    int64_t content_length;
} gt_response;

/* A certificate and its private key, as PEM files; all strings end in NUL. */
typedef struct gt_tls_certificate {
    /* The chain, leaf first. */
    const char *certificate_file;
    /* Null: in the same file. */
    const char *key_file;
    /* Of the key; null for none. */
    const char *password;
    /* The SNI name it is for, "*.example.com" too; null: the names that it has. The first certificate is also for
     * whoever asks for none, or for one that nobody has. */
    const char *host;
} gt_tls_certificate;

enum {
    /* Servers do not ask for a certificate, clients take any. */
    GT_TLS_VERIFY_NONE = 0,
    /* Servers ask, and refuse a bad one, but go on without one. */
    GT_TLS_VERIFY_OPTIONAL = 1,
    GT_TLS_VERIFY_REQUIRED = 2
};

/* How to speak TLS, as server or as client. */
typedef struct gt_tls_settings {
    uint32_t size;
    /* GT_TLS_VERIFY_... */
    uint32_t verify;
    const gt_tls_certificate *certificates;
    size_t certificate_count;
    /* Whom to trust: PEM file, folder of hashed names; both null: the system's. */
    const char *ca_file;
    const char *ca_path;
    /* Certificates that were revoked, PEM; null for none. */
    const char *crl_file;
    /* 0x0303 for TLS 1.2, 0x0304 for 1.3; 0: 1.2 at least, and the newest there is. */
    uint16_t min_version;
    uint16_t max_version;
    /* Bytes of 0 or 1: no tickets and no session cache; clients leave names unchecked. */
    uint8_t no_resumption;
    uint8_t no_hostname_check;
    uint16_t reserved;
    /* As OpenSSL writes them: up to TLS 1.2, and for 1.3; null: its defaults. */
    const char *ciphers;
    const char *ciphersuites;
    /* Protocols by ALPN, the best first, separated by commas: "http/1.1"; null for none. */
    const char *alpn;
} gt_tls_settings;

typedef struct gt_server_settings {
    uint32_t size;
    uint32_t flags;
    /* Bytes of request line: more is 414. */
    uint32_t max_start_line_size;
    /* Bytes of head, request line included: more is 431. Also the limit of trailers. */
    uint32_t max_header_size;
    /* Number of header fields: more is 431. */
    uint32_t max_header_count;
    /* Bytes of unsent output at which write() says GT_WRITE_FULL. */
    uint32_t max_buffer_size;
    /* Bytes of body: more is 413. */
    int64_t max_body_size;
    /* The largest piece handed to body(). */
    uint32_t chunk_size;
    uint32_t reserved;
    /* Seconds, 0 for no limit: a connection without a request, from the first byte to the end of the head, from there
     * to the end of the body, and without progress of a write. */
    double idle_connection_timeout;
    double header_timeout;
    double body_timeout;
    double write_timeout;
    /* Null: plain HTTP. Read, with the files it names, before create() returns; ENOTSUP without GT_CAN_TLS. */
    const gt_tls_settings *tls;
    /* Where create() says why it fails, a sentence ending in NUL; may be null. */
    char *error;
    size_t error_capacity;
} gt_server_settings;

enum {
    /* Close after each answer. */
    GT_SERVER_NO_KEEP_ALIVE = 1
};

/* How a listen() went. The caller owns this memory; the strings end in NUL. */
typedef struct gt_listening {
    uint32_t size;
    /* The descriptor that listens; the server owns it. */
    int fd;
    /* As bound: "127.0.0.1:8888", "[::1]:8888", "unix:/path". */
    char address[128];
    /* What a person opens: "http://127.0.0.1:8888/", "https://..." with TLS. */
    char url[160];
    /* Why it failed; empty if it did not. */
    char error[256];
} gt_listening;

enum {
    /* body() is called as the body arrives. Without: once, when it is whole. */
    GT_CAN_STREAM_BODY = 1,
    /* detach() works. */
    GT_CAN_DETACH = 2,
    /* The app decides on 100 Continue. Without: the server sends it before the app is asked. */
    GT_CAN_HOLD_CONTINUE = 4,
    /* Trailers reach body_end(). */
    GT_CAN_TRAILERS = 8,
    /* Any method token reaches the app. */
    GT_CAN_ANY_METHOD = 16,
    /* Every framing ambiguity of RFC 9112 is refused. */
    GT_CAN_STRICT_FRAMING = 32,
    /* peer_closed() is called while an answer is pending. */
    GT_CAN_PEER_CLOSED = 64,
    /* Absolute deadlines for head and body, not just inactivity. */
    GT_CAN_DEADLINES = 128,
    /* It speaks TLS: the settings' `tls`, reload_tls() and tls_info(); with GT_CAN_DETACH also detach_tls(). */
    GT_CAN_TLS = 256
};

/* What a connection's handshake has agreed upon. Strings end in NUL and are never null; views are borrowed until the
 * table's next call for any exchange. */
typedef struct gt_tls_info {
    uint32_t size;
    /* 1 if the client went on with an earlier session. */
    uint32_t was_resumed;
    /* "TLSv1.3", "TLS_AES_256_GCM_SHA384". */
    const char *protocol;
    const char *cipher;
    /* What ALPN has chosen, and the name that the client asked for by SNI; empty for none. */
    const char *alpn;
    const char *server_name;
    /* Whom the client's certificate is for, as "CN=..., O=...", and that in DER; of size 0 if it showed none. */
    gt_bytes subject;
    gt_bytes certificate;
} gt_tls_info;

typedef struct gt_httpserver {
    uint32_t size;
    uint32_t version;
    /* Who made this table: "tornado", "libevent", "evhttp". */
    const char *name;
    /* GT_CAN_... */
    uint32_t capabilities;
    uint32_t limitation_count;
    /* What this server cannot do, a sentence each. */
    const char *const *limitations;
    /* A server on `loop`, which must be one of the same registry's ioloop. The delegate must outlive the server. Null
     * with errno set if it can't be made; EINVAL for settings out of range, ENOTSUP for a loop it does not know. */
    gt_server *(*create)(gt_loop *loop, const gt_server_settings *settings, const gt_http_delegate *delegate,
                         void *server_context);
    /* Listens on "host:port", ":port", "[::1]:port", "unix:/path" or "fd://3"; port 0 takes a free one. `backlog` 0 is
     * the default. `result` may be null. Can be called several times. */
    int (*listen)(gt_server *server, const char *address, int backlog, int reuse_port, gt_listening *result);
    /* Stops listening; connections go on. */
    void (*stop)(gt_server *server);
    /* Drops every connection now; their requests are finished as lost. */
    void (*close_all_connections)(gt_server *server);
    size_t (*connection_count)(gt_server *server);
    /* stop(), close_all_connections() and free. Not from inside a delegate's call. */
    void (*destroy)(gt_server *server);
    /* Stops every server of this table on `loop`, closes idle connections, lets requests finish for `grace` seconds,
     * drops the rest, then calls `done` once with the number dropped. A second call shortens the first. */
    void (*shutdown)(gt_loop *loop, double grace, void (*done)(void *context, size_t dropped), void *context);

    /* Begins the answer; `body` is its first piece. With GT_END it is the whole. One call an exchange (-EALREADY).
     * Returns 0, GT_WRITE_FULL, or a negative errno: -EINVAL for a bad head (nothing was sent), -EPIPE if the client
     * has gone. Bytes are copied or sent before it returns. */
    int (*respond)(gt_exchange *exchange, const gt_response *response, gt_bytes body, uint32_t flags);
    /* A further piece of the body. -EMSGSIZE if it is more than content_length said; ending early drops the
     * connection. Pieces of an answer that has no body (HEAD, 204, 304) are taken and dropped. */
    int (*write)(gt_exchange *exchange, gt_bytes piece, uint32_t flags);
    /* An interim answer (102, 103) before respond(). */
    int (*interim)(gt_exchange *exchange, const gt_response *response);
    /* The app wants the body (sends 100 Continue if the client waits for it) or, with 0, wants no more for now. Wanted
     * from the start unless the client waits. */
    int (*want_body)(gt_exchange *exchange, int wanted);
    /* Takes the connection over: the server forgets it, the caller owns `fd`. `unread` are bytes received behind the
     * request, valid until this call's caller returns to the loop. Before respond() or after a 101; -EAGAIN while
     * output is unsent, -ENOTSUP without GT_CAN_DETACH. */
    int (*detach)(gt_exchange *exchange, int *fd, gt_bytes *unread);
    /* Drops the connection. The request is finished as lost. */
    void (*abort)(gt_exchange *exchange);
    /* Unsent bytes of this connection's output. */
    size_t (*unsent)(gt_exchange *exchange);
    /* Writes the client's address as text, without port, ending in NUL, into `text` (46 bytes hold any): empty for a
     * Unix socket. Returns its length. `port` may be null. */
    size_t (*peer)(gt_exchange *exchange, char *text, size_t capacity, uint16_t *port);
    /* With 1, accepts no new connections until called with 0; the kernel queues them. */
    void (*pause)(gt_server *server, int paused);
    /* Like peer(), of this connection's own end: the address and port that the client has connected to. */
    size_t (*local)(gt_exchange *exchange, char *text, size_t capacity, uint16_t *port);

    /* Gives new connections what `settings` say; those that are open go on with what they have. `settings` null: what
     * was set before, its files read again. `server` null: every server of this table on `loop` that speaks TLS.
     * Returns 0, or a negative errno with why in `error` (may be null) and nothing changed: -ENOTSUP for a server
     * without TLS, -ENOENT and its like for files. Where there are several servers the first failure ends it. */
    int (*reload_tls)(gt_loop *loop, gt_server *server, const gt_tls_settings *settings, char *error,
                      size_t capacity);
    /* detach() for a connection that may be encrypted: `*ssl` is OpenSSL's SSL *, which the caller owns then, over
     * `fd`; null where it is not encrypted. It may hold bytes that have come already: read before waiting. detach()
     * itself refuses encrypted connections with -ENOTSUP. */
    int (*detach_tls)(gt_exchange *exchange, int *fd, void **ssl, gt_bytes *unread);
    /* What the connection's handshake has agreed upon. 0, or -ENOTSUP if it is not encrypted. */
    int (*tls_info)(gt_exchange *exchange, gt_tls_info *info);
} gt_httpserver;

#ifdef __cplusplus
}
#endif

#endif
