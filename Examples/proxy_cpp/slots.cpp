/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include "slots.hpp"

namespace {

gt_slot slots[GT_SLOT_COUNT] = {
    {"ioloop", nullptr, nullptr, nullptr},
    {"httpserver", nullptr, nullptr, nullptr},
    {"resolver", nullptr, nullptr, nullptr},
    {"suspend", nullptr, nullptr, nullptr},
};

gt_server_settings make_settings() {
    gt_server_settings settings = {};
    settings.size = sizeof settings;
    settings.max_start_line_size = 8 * 1024;
    settings.max_header_size = 64 * 1024;
    settings.max_header_count = 100;
    settings.max_buffer_size = 1024 * 1024;
    settings.max_body_size = 1024 * 1024;
    settings.chunk_size = 64 * 1024;
    settings.idle_connection_timeout = 3600;
    settings.header_timeout = 60;
    settings.body_timeout = 60;
    settings.write_timeout = 60;
    return settings;
}

} // namespace

gt_registry registry = {sizeof registry, 0, GT_SLOT_COUNT, 0, slots};
const gt_server_settings server_settings = make_settings();
