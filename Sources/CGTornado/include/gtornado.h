/*
 * gtornado.h - the seam between an app plugin and its runner.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * An app plugin is a shared library that exports gtornado_plugin_v1(). The runner reads the plugin's version record
 * from the ELF file, loads the library, calls gtornado_plugin_v1(), puts its own tables into the slots of the plugin's
 * registry, and calls the plugin's main. Everything that crosses is in this file: tables of functions, byte views and
 * opaque handles. Nothing here allocates, and no function is defined here.
 *
 * Rules that hold for every table:
 *  - `size` and `version` come first. A reader uses a member only if it lies within `size`. Members are only ever
 *    added at the end; a change of meaning raises GTORNADO_ABI_VERSION.
 *  - Byte views are borrowed: valid until the function they were given to returns, unless said otherwise.
 *  - Functions that can fail return 0 or a negative errno value.
 *  - All calls are made on the loop's own thread, unless said otherwise.
 */
#ifndef GTORNADO_H
#define GTORNADO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this file. A plugin runs only under a runner that speaks the same one. */
#define GTORNADO_ABI_VERSION 1u
/* "GTRN": the first word of a version record and of a plugin descriptor. */
#define GTORNADO_MAGIC 0x4E525447u
/* The version of gtornado this header came with: major * 10000 + minor * 100 + patch. */
#define GTORNADO_VERSION 100u
#define GTORNADO_VERSION_STRING "0.1.0"

/* A view of bytes that someone else owns. `data` may be null where `size` is 0. */
typedef struct gt_bytes {
    const uint8_t *data;
    size_t size;
} gt_bytes;

/* Called back once, or as often as the function that takes it says. */
typedef void (*gt_callback)(void *context);

/* ------------------------------------------------------------------------------------------------ slot "ioloop" */

/* An event loop. It belongs to the thread that made it. */
typedef struct gt_loop gt_loop;
/* A timeout that has not fired yet. The handle is dead once its callback was entered or it was removed. */
typedef struct gt_timeout gt_timeout;

/* What to wait for, and what happened: Tornado's own numbers. */
enum {
    GT_READ = 1,
    GT_WRITE = 4,
    GT_ERROR = 24,
    /* With add_handler() only: this handler is the program's furniture, and pending() does not count it. */
    GT_BACKGROUND = 256
};

/* `events` says what happened. GT_ERROR is always reported, whether it was asked for or not. */
typedef void (*gt_fd_callback)(int fd, uint32_t events, void *context);

typedef struct gt_ioloop {
    uint32_t size;
    uint32_t version;
    /* Who made this table: "epoll", "libevent". */
    const char *name;
    /* The calling thread's loop, made on the first call. Null, with errno set, if none can be made. */
    gt_loop *(*current)(void);
    /* The kernel interface the loop waits with: "epoll", "poll", "select". Valid as long as the loop. */
    const char *(*backend)(gt_loop *loop);
    /* Runs until stop(). Returns -EALREADY from inside a running loop. May be called again afterwards. */
    int (*start)(gt_loop *loop);
    /* Makes start() return after the present turn; before start(), makes the next start() return at once. */
    void (*stop)(gt_loop *loop);
    int (*is_running)(gt_loop *loop);
    /* Frees the loop: handlers and timeouts are dropped without a call. -EBUSY while it runs. */
    int (*close)(gt_loop *loop);
    /* One handler a descriptor: -EEXIST if there is one, -ENOENT from the other two if there is none. Level-triggered.
     * A handler may remove itself or any other, and close the descriptor after that. */
    int (*add_handler)(gt_loop *loop, int fd, uint32_t events, gt_fd_callback callback, void *context);
    int (*update_handler)(gt_loop *loop, int fd, uint32_t events);
    int (*remove_handler)(gt_loop *loop, int fd);
    /* Runs `callback` once, after those added before it, never inside this call. From any thread. A callback added by a
     * callback runs in a later turn, so that descriptors and timeouts get theirs in between. */
    int (*add_callback)(gt_loop *loop, gt_callback callback, void *context);
    /* The same from inside a signal handler: takes no lock and allocates nothing. -ENOBUFS if 64 are waiting. */
    int (*add_callback_from_signal)(gt_loop *loop, gt_callback callback, void *context);
    /* Runs `callback` once when time() has reached `when`; equal times in the order they were set. Null with errno set
     * if it can't be. `when` in the past means the next turn; not a number is EINVAL. */
    gt_timeout *(*call_at)(gt_loop *loop, double when, gt_callback callback, void *context);
    /* Cancels a timeout that has not fired. */
    void (*remove_timeout)(gt_loop *loop, gt_timeout *timeout);
    /* Seconds on a clock that never goes back. From any thread. */
    double (*time)(gt_loop *loop);
    /* Runs one turn, waiting for something to happen no later than `deadline`: how the app's main waits before it calls
     * start(). Returns -EALREADY from inside a running loop. A stop() meant for the next start() is kept. */
    int (*run_once)(gt_loop *loop, double deadline);
    /* How many handlers, timeouts and callbacks the loop has: at 0 nothing can happen any more but from other
     * threads. */
    size_t (*pending)(gt_loop *loop);
    /* Called in the child of a fork(), before anything else: gives the loop kernel objects of its own. */
    int (*after_fork)(gt_loop *loop);
} gt_ioloop;

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

/* ---------------------------------------------------------------------------------------------- slot "resolver" */

struct addrinfo;
/* A question that has not been answered yet. */
typedef struct gt_question gt_question;

/* `error` is 0 or one of getaddrinfo's EAI_ codes, with errno in `system_error` for EAI_SYSTEM. The caller owns
 * `answer` and frees it with the table's free_answer(). */
typedef void (*gt_answer_callback)(int error, int system_error, struct addrinfo *answer, void *context);

/* Names to addresses, without holding the loop up. */
typedef struct gt_resolver {
    uint32_t size;
    uint32_t version;
    /* Who made this table: "threads", "evdns". */
    const char *name;
    /* getaddrinfo(), answered by one call of `callback` on the loop's thread, never inside this call. `name` and
     * `service` are copied. Null with errno set if it can't be asked. */
    gt_question *(*resolve)(gt_loop *loop, const char *name, const char *service, const struct addrinfo *hints,
                            gt_answer_callback callback, void *context);
    /* Forgets a question that was not answered: its callback is not called. */
    void (*cancel)(gt_question *question);
    void (*free_answer)(struct addrinfo *answer);
} gt_resolver;

/* ----------------------------------------------------------------------------------------------- slot "suspend" */

/* A function that runs on a stack of its own and can be suspended in the middle. The handle is dead once its entry has
 * returned. It belongs to the thread that made it. */
typedef struct gt_greenlet gt_greenlet;

enum {
    /* Runs before spawn() returns, where that is possible: outside of greenlets and of Swift's tasks. Elsewhere, and
     * without this flag, it runs in the loop's next turn, after those spawned before it. */
    GT_SPAWN_NOW = 1
};

enum {
    GT_GREENLET_NEW = 0,
    /* It will run in this turn of the loop or the next. */
    GT_GREENLET_READY = 1,
    GT_GREENLET_RUNNING = 2,
    /* In park(), in switch_to() or in a patched call. */
    GT_GREENLET_WAITING = 3
};

typedef struct gt_greenlet_info {
    uint32_t size;
    /* GT_GREENLET_... */
    uint32_t state;
    /* 1, 2, 3, ... in the order of spawning; 0 is the app's main. */
    uint64_t id;
    /* Both valid until the greenlet runs again. `waits_for` is empty unless it waits; `descriptor` is -1 unless for
     * one. */
    const char *name;
    const char *waits_for;
    int32_t descriptor;
    uint32_t interrupted;
    /* The loop's time when it was spawned, and when it was last resumed or began to wait. */
    double born;
    double since;
    /* Bytes; `stack_used` is the most that was ever in use, and takes some time to find out: a `size` that ends before it
     * spares that. Both 0 for the app's main. */
    size_t stack_size;
    size_t stack_used;
    /* How often it was resumed. */
    uint64_t switches;
} gt_greenlet_info;

/* Suspending and resuming. All calls are made on the loop's thread. Those that suspend the caller return -EINVAL
 * outside of a greenlet, and -EDEADLK inside one of Swift's tasks. The app's main counts as a greenlet as long as the
 * loop does not run. */
typedef struct gt_suspend {
    uint32_t size;
    uint32_t version;
    /* Who made this table: "greenlet". */
    const char *name;
    /* A greenlet that runs entry(context) once. `name` is copied (47 bytes of it). Null with errno set if there can be
     * none. */
    gt_greenlet *(*spawn)(gt_callback entry, void *context, const char *name, uint32_t flags);
    /* The greenlet that runs; null in the loop's own callbacks. */
    gt_greenlet *(*current)(void);
    /* Suspends the caller until unpark(), the deadline (-ETIMEDOUT; infinity: none) or interrupt() (its code,
     * negative). An unpark() that came before park() ends it at once. -EDEADLK where nothing is left that could end
     * it. `why` must live as long: "Event.wait". */
    int (*park)(double deadline, const char *why);
    /* Ends the present or the next park(): the greenlet runs in this turn of the loop or the next. */
    void (*unpark)(gt_greenlet *greenlet);
    /* Makes the present wait, and every one to come, fail with `error` (an errno value: ECANCELED, ETIMEDOUT), patched
     * calls included. 0 ends that. */
    void (*interrupt)(gt_greenlet *greenlet, int error);
    /* Lets others run: the caller goes on in the loop's next turn. */
    int (*yield)(void);
    /* Suspends the caller and runs `target` at once; null is the loop. `target` must be new or waiting in
     * switch_to() or park(), which returns 0 then. Returns when somebody switches back. From the loop's own callbacks it
     * runs `target`, and returns 0 when that is suspended or has ended. */
    int (*switch_to)(gt_greenlet *target);
    /* Where control goes when the greenlet ends: a greenlet in switch_to(), or null, the loop. */
    void (*set_parent)(gt_greenlet *greenlet, gt_greenlet *parent);
    /* Suspends the caller until `fd` is ready for GT_READ or GT_WRITE. Returns what it is ready for, -ETIMEDOUT,
     * -EBADF if it was closed meanwhile, -EPERM if it is of a kind that is always ready, or the code of interrupt(). */
    int (*wait_fd)(int fd, uint32_t events, double deadline);
    /* Runs work(context) on a thread of its own while the caller is suspended, and returns 0; outside of a greenlet
     * runs it in place. It cannot be interrupted: `work` always ends before this returns. */
    int (*offload)(gt_callback work, void *context);
    /* libc's own function behind a patched one ("recv"); null if gtornado patches none of that name. */
    void *(*original)(const char *name);
    void (*set_name)(gt_greenlet *greenlet, const char *name);
    /* Fills in `info`, as much as its `size` says. */
    void (*info)(gt_greenlet *greenlet, gt_greenlet_info *info);
    /* Calls visit() for every greenlet of this thread, oldest first. It must not spawn or switch. */
    void (*each)(void (*visit)(gt_greenlet *greenlet, void *context), void *context);
    /* The return addresses on a suspended greenlet's stack, or the caller's own, innermost first. Returns how many. */
    size_t (*backtrace)(gt_greenlet *greenlet, void **addresses, size_t capacity);
} gt_suspend;

/* --------------------------------------------------------------------------------------- registry and descriptor */

enum {
    GT_SLOT_IOLOOP = 0,
    GT_SLOT_HTTPSERVER = 1,
    GT_SLOT_RESOLVER = 2,
    GT_SLOT_SUSPEND = 3,
    GT_SLOT_COUNT = 4
};

/* Who provides one service. The app registers its own table; the runner may replace `table` before main. */
typedef struct gt_slot {
    /* "ioloop", "httpserver", "resolver", "suspend". */
    const char *name;
    /* The table in use: gt_ioloop, gt_httpserver, ... Null: nobody provides it. */
    const void *table;
    /* Who registered the table in use: "Tornado", "gtornado", or the app's word for itself. */
    const char *registered_by;
    /* The table before it was replaced; null if it never was. */
    const void *replaced;
} gt_slot;

enum {
    /* The framework must leave Swift's executors alone. Set by the runner before main. */
    GT_REGISTRY_NO_CONCURRENCY = 1,
    /* The app has Swift concurrency that can be moved to the loop. Set by the plugin. */
    GT_REGISTRY_HAS_CONCURRENCY = 2
};

typedef struct gt_registry {
    uint32_t size;
    uint32_t flags;
    uint32_t slot_count;
    uint32_t reserved;
    /* Indexed by GT_SLOT_...; the plugin owns it for as long as the process lives. */
    gt_slot *slots;
} gt_registry;

enum {
    GT_LOG_TRACE = 0,
    GT_LOG_DEBUG = 1,
    GT_LOG_INFO = 2,
    GT_LOG_NOTICE = 3,
    GT_LOG_WARNING = 4,
    GT_LOG_ERROR = 5,
    GT_LOG_CRITICAL = 6
};
enum {
    /* Console on a terminal, JSON elsewhere. */
    GT_LOG_AUTO = 0,
    GT_LOG_CONSOLE = 1,
    GT_LOG_JSON = 2
};

enum {
    /* They wait, and no new connections are accepted meanwhile. */
    GT_FULL_WAIT = 0,
    /* queue_limit of them wait, the rest get 503. */
    GT_FULL_QUEUE = 1,
    /* They get 503 with Retry-After. */
    GT_FULL_REFUSE = 2
};

/* What the runner tells the app's main. Lives as long as the process. */
typedef struct gt_host {
    uint32_t size;
    uint32_t version;
    /* "gtornado", and its version. */
    const char *name;
    const char *version_string;
    /* The least level to log, and how: GT_LOG_... */
    int32_t log_level;
    int32_t log_format;
    /* How many requests may be in greenlets at once, 0 for no limit, and what the rest see: GT_FULL_... */
    uint32_t cores;
    uint32_t when_full;
    /* With GT_FULL_QUEUE: how many may wait. */
    uint32_t queue_limit;
    uint32_t reserved;
} gt_host;

/* ------------------------------------------------------------------------------------- gateway applications */

/* One request on its way through a gateway application. */
typedef struct gt_gateway gt_gateway;

/* What a gateway application is called with: CGI's variables, and the calls that read the request and answer it. Dead,
 * like every view in it, when the application returns. The calls are made where the application runs; in a greenlet they
 * wait, so that they look as if they blocked. Without greenlets the body is whole beforehand and output is kept. */
typedef struct gt_environ {
    uint32_t size;
    uint32_t version;
    /* REQUEST_METHOD, SCRIPT_NAME, PATH_INFO, QUERY_STRING, CONTENT_TYPE, CONTENT_LENGTH, SERVER_NAME, HTTP_..., and
     * wsgi.url_scheme; each name once. Values are bytes as sent by the client, PATH_INFO percent-decoded. A NUL, not
     * counted, stands behind each. */
    const gt_header *variables;
    size_t variable_count;
    /* The first argument of the calls below. */
    gt_gateway *gateway;
    /* Reads up to `capacity` bytes of body, as soon as there are any. Returns how many, 0 at its end, -EPIPE if the client
     * has gone, or the code of an interrupted wait. */
    int64_t (*read_body)(gt_gateway *gateway, void *buffer, size_t capacity);
    /* Sets status ("200 OK", ending in NUL) and fields, which are copied, and sent with the first byte of the body or at
     * the end; until then it may be called again. -EINVAL for what can't be sent, -EALREADY once something was. A
     * Content-Length is held to; framing is the server's business otherwise. */
    int (*start_response)(gt_gateway *gateway, const char *status, const gt_header *headers, size_t header_count);
    /* Sends a piece of body, and waits for a client that is slower. -EINVAL before start_response(), -EMSGSIZE if it is
     * more than Content-Length said, -EPIPE if the client has gone, or the code of an interrupted wait. */
    int (*write)(gt_gateway *gateway, gt_bytes piece);
} gt_environ;

/* What gtornado_plugin_v1() returns. Lives as long as the process; nobody changes it. */
typedef struct gt_plugin {
    uint32_t size;
    uint32_t magic;
    uint32_t abi_version;
    uint32_t framework_version;
    /* The app's name, for the banner and for logs. */
    const char *name;
    /* What the plugin was made with: "Tornado 0.1.0", "gtornado.h 0.1.0". */
    const char *framework;
    gt_registry *registry;
    /* Runs the app until it ends; returns its exit status. `host` is null where the app runs by itself. Null for a
     * gateway application. */
    int (*main)(const gt_host *host, int argc, char *const *argv);
    /* Used where `main` is null: the runner serves HTTP with this function, called once a request, in a greenlet of its
     * own. Returns 0; anything else is answered with 500, or drops the connection if part of the answer was sent. */
    int (*application)(const gt_environ *environ);
} gt_plugin;

/* The one function a plugin exports. It must not start anything: no thread, no loop. */
__attribute__((visibility("default"), returns_nonnull)) const gt_plugin *gtornado_plugin_v1(void);

/* The registry of the image that calls, where the framework is linked into an ordinary executable: how
 * Monkey.patchAll() finds it. The framework defines it; a plugin need not export it. */
__attribute__((returns_nonnull)) gt_registry *gtornado_registry_v1(void);

/* The version record: what can be read from the file without running it, in the ELF section "gtornado_app". */
typedef struct gt_record {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t framework_version;
    /* Swift: major * 10000 + minor * 100 + patch of the compiler; other languages: 0. */
    uint32_t compiler_version;
} gt_record;

/* Put this once, at file level, into a plugin that is not written in Swift. */
#define GTORNADO_RECORD()                                                                                              \
    __attribute__((section("gtornado_app"), used, retain)) static const gt_record gtornado_app_record = {     \
        GTORNADO_MAGIC, GTORNADO_ABI_VERSION, GTORNADO_VERSION, 0}

#ifdef __cplusplus
}
#endif

#endif
