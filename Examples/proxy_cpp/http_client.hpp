/* A GET over plain blocking sockets, with exceptions for what goes wrong.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdexcept>
#include <string>

/* The other side answered, but not with 200. */
class bad_answer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/* http://host:port/prefix */
struct http_target {
    std::string host;
    std::string port;
    std::string prefix;

    /* Throws std::invalid_argument if `url` is none. */
    explicit http_target(const std::string &url);
};

/* The body of what `target` has at `path`. Throws std::system_error where the network fails, bad_answer otherwise. */
std::string http_get(const http_target &target, const std::string &path);
