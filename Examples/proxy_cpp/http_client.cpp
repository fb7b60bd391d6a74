/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "http_client.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const std::string &what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class connection {
public:
    explicit connection(const http_target &target) {
        addrinfo hints = {};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo *found = nullptr;
        int code = getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
        if (code != 0) throw std::runtime_error(target.host + ": " + gai_strerror(code));
        std::unique_ptr<addrinfo, void (*)(addrinfo *)> addresses(found, freeaddrinfo);
        for (const addrinfo *one = found; one; one = one->ai_next) {
            fd_ = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
            if (fd_ >= 0 && connect(fd_, one->ai_addr, one->ai_addrlen) == 0) return;
            int error = errno;
            close_now();
            errno = error;
        }
        fail("connect to " + target.host + ":" + target.port);
    }
    ~connection() { close_now(); }
    connection(const connection &) = delete;
    connection &operator=(const connection &) = delete;

    void send_all(const std::string &text) const {
        for (size_t sent = 0; sent < text.size();) {
            ssize_t count = send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (count < 0) fail("send");
            sent += static_cast<size_t>(count);
        }
    }

    std::string receive_all() const {
        std::string text;
        char buffer[4096];
        for (;;) {
            ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
            if (count < 0) fail("recv");
            if (count == 0) return text;
            text.append(buffer, static_cast<size_t>(count));
        }
    }

private:
    void close_now() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }

    int fd_ = -1;
};

/* What Content-Length says; 0 if there is none. */
size_t announced_length(const std::string &head) {
    const std::string name = "\r\nContent-Length: ";
    size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + name.size(), nullptr, 10);
}

} // namespace

http_target::http_target(const std::string &url) {
    const std::string scheme = "http://";
    if (url.compare(0, scheme.size(), scheme) != 0) throw std::invalid_argument("not an http:// URL: " + url);
    std::string rest = url.substr(scheme.size());
    size_t slash = rest.find('/');
    if (slash != std::string::npos) prefix = rest.substr(slash);
    std::string place = rest.substr(0, slash);
    size_t colon = place.rfind(':');
    host = place.substr(0, colon);
    port = colon == std::string::npos ? "80" : place.substr(colon + 1);
    if (host.empty() || port.empty()) throw std::invalid_argument("no host in " + url);
}

std::string http_get(const http_target &target, const std::string &path) {
    connection upstream(target);
    /* HTTP/1.0: the body is not chunked, and ends where the connection does. */
    upstream.send_all("GET " + target.prefix + path + " HTTP/1.0\r\nHost: " + target.host + "\r\n\r\n");
    std::string answer = upstream.receive_all();
    size_t end = answer.find("\r\n\r\n");
    std::string first = answer.substr(0, answer.find("\r\n"));
    if (end == std::string::npos) throw bad_answer("it broke off before its headers ended");
    if (first.find(" 200") == std::string::npos) throw bad_answer("it answered " + first);
    std::string body = answer.substr(end + 4);
    if (body.size() < announced_length(answer.substr(0, end))) throw bad_answer("it broke off in the middle");
    return body;
}
