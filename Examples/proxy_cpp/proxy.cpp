/*
 * A gtornado plugin in C++: blocking sockets, exceptions, destructors; no library but C++'s own, and one header.
 *
 *     c++ -shared -fPIC -I Sources/CGTornado/include -o libproxy_cpp.so Examples/proxy_cpp/proxy.cpp \
 *         Examples/proxy_cpp/http_client.cpp Examples/proxy_cpp/slots.cpp
 *     TARGET_URL=http://localhost:8080 gtornado run ./libproxy_cpp.so
 *
 * GET /wait/SECONDS is answered with what TARGET_URL/wait/SECONDS has. Each request is a greenlet: see `handle` for
 * what that takes in a language without the framework.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "http_client.hpp"
#include "slots.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <unistd.h>

GTORNADO_RECORD();

namespace {

struct reply {
    uint16_t status;
    std::string text;
};

/* A request on its way: the server holds it until the exchange is over, its greenlet until it has answered. */
struct job {
    gt_exchange *exchange;
    std::string path;
    std::shared_ptr<job> kept_by_server;
    std::shared_ptr<job> kept_by_greenlet;
};

/* A view: `text` must live as long as it is used. */
gt_bytes bytes(std::string_view text) { return {reinterpret_cast<const uint8_t *>(text.data()), text.size()}; }

const http_target &target() {
    static const char *url = std::getenv("TARGET_URL");
    static const http_target target(url ? url : "http://localhost:8080");
    return target;
}

/* One that cannot be reached may be about to start: tries twice. The second try waits while the first one's exception
 * is still being handled, and its failure ends both. */
std::string fetch_patiently(const std::string &path) {
    try {
        return http_get(target(), path);
    } catch (const std::system_error &first) {
        usleep(200'000);
        try {
            return http_get(target(), path);
        } catch (const std::system_error &second) {
            throw std::runtime_error(std::string(first.what()) + "; then " + second.what());
        }
    }
}

reply answer(const std::string &path) {
    if (path == "/") return {200, "Ask for /wait/SECONDS\n"};
    if (path.compare(0, 6, "/wait/") != 0) return {404, "There are / and /wait/SECONDS here.\n"};
    try {
        return {200, fetch_patiently(path)};
    } catch (const bad_answer &error) {
        return {502, std::string("the target: ") + error.what() + "\n"};
    } catch (const std::exception &error) {
        return {503, std::string("cannot ask the target: ") + error.what() + "\n"};
    }
}

void respond(gt_exchange *exchange, const reply &reply) {
    const gt_header type = {bytes("Content-Type"), bytes("text/plain; charset=utf-8")};
    gt_response response = {};
    response.size = sizeof response;
    response.flags = GT_RESPONSE_DATE;
    response.status = reply.status;
    response.headers = &type;
    response.header_count = 1;
    response.content_length = static_cast<int64_t>(reply.text.size());
    /* It fails only if the client has gone, and then there is nobody to tell. */
    (void)slot<gt_httpserver>(GT_SLOT_HTTPSERVER)->respond(exchange, &response, bytes(reply.text), GT_END);
}

/* The greenlet: blocks as it likes. The client may have gone meanwhile, and the exchange with it. */
void run_job(void *context) {
    std::shared_ptr<job> self = std::move(static_cast<job *>(context)->kept_by_greenlet);
    reply made = answer(self->path);
    if (self->exchange) respond(self->exchange, made);
}

void *handle(void *, gt_exchange *exchange, const gt_request *request) {
    std::string path(reinterpret_cast<const char *>(request->target.data), request->target.size);
    auto made = std::make_shared<job>(job{exchange, path.substr(0, path.find('?')), nullptr, nullptr});
    made->kept_by_server = made->kept_by_greenlet = made;
    const gt_suspend *suspend = slot<gt_suspend>(GT_SLOT_SUSPEND);
    /* It runs in the loop's next turn: after this function, so that the server knows the job before it is answered. */
    if (!suspend || !suspend->spawn(run_job, made.get(), path.c_str(), 0)) run_job(made.get());
    return made.get();
}

void finished(void *context, int) {
    std::shared_ptr<job> self = std::move(static_cast<job *>(context)->kept_by_server);
    self->exchange = nullptr;
}

void ignore_body(void *, gt_bytes) {}
void ignore_end(void *, const gt_header *, size_t) {}
void ignore(void *) {}

const gt_http_delegate delegate = {
    sizeof delegate, GTORNADO_ABI_VERSION, handle, ignore_body, ignore_end, ignore, ignore, finished, nullptr,
};

/* Runs the loop until it is stopped. Throws what keeps it from running. */
void serve() {
    const auto *ioloop = slot<gt_ioloop>(GT_SLOT_IOLOOP);
    const auto *httpserver = slot<gt_httpserver>(GT_SLOT_HTTPSERVER);
    if (!ioloop || !httpserver) {
        throw std::runtime_error("this plugin brings no loop and no server: run it with the patches on, "
                                 "gtornado run ./libproxy_cpp.so");
    }
    (void)target();
    gt_loop *loop = ioloop->current();
    if (!loop) throw std::system_error(errno, std::generic_category(), "event loop");
    std::unique_ptr<gt_server, void (*)(gt_server *)> server(
        httpserver->create(loop, &server_settings, &delegate, nullptr), httpserver->destroy);
    if (!server) throw std::system_error(errno, std::generic_category(), "HTTP server");
    gt_listening listening = {};
    listening.size = sizeof listening;
    int status = httpserver->listen(server.get(), ":8888", 0, 0, &listening);
    if (status < 0) throw std::system_error(-status, std::generic_category(), listening.error);
    status = ioloop->start(loop);
    if (status < 0) throw std::system_error(-status, std::generic_category(), "event loop");
}

int run(const gt_host *, int, char *const *) {
    try {
        serve();
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "proxy_cpp: %s\n", error.what());
        return 1;
    }
}

} // namespace

const gt_plugin *gtornado_plugin_v1(void) {
    static const gt_plugin plugin = {
        sizeof plugin, GTORNADO_MAGIC, GTORNADO_ABI_VERSION, GTORNADO_VERSION,
        "proxy_cpp", "gtornado.h " GTORNADO_VERSION_STRING, &registry, run,
    };
    return &plugin;
}
