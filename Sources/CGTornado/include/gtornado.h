/*
 * gtornado.h - the seam between an app plugin and its runner.
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * An app plugin is a shared library that exports gtornado_plugin_v1(). The runner reads the plugin's version record
 * from the ELF file, loads the library, calls gtornado_plugin_v1(), puts its own tables into the slots of the plugin's
 * registry, and calls the plugin's main. Everything that crosses is in this file and those that it includes: tables of
 * functions, byte views and opaque handles. Nothing here allocates, and no function is defined here.
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

#include "gtornado_httpserver.h"
#include "gtornado_ioloop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these files. A plugin runs only under a runner that speaks the same one. */
#define GTORNADO_ABI_VERSION 1u
/* "GTRN": the first word of a version record and of a plugin descriptor. */
#define GTORNADO_MAGIC 0x4E525447u
/* The version of gtornado this header came with: major * 10000 + minor * 100 + patch. */
#define GTORNADO_VERSION 100u
#define GTORNADO_VERSION_STRING "0.1.0"

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
     * calls included; after some in a row each takes a millisecond, so that others run. 0 ends that. */
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
