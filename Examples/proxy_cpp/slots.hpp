/* What the runner fills in before it calls main: the plugin brings no event loop and no HTTP server of its own.
 *
 * This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtornado.h>

extern gt_registry registry;
extern const gt_server_settings server_settings;

/* The table in a slot; null if nobody provides it. */
template <typename Table> const Table *slot(unsigned index) {
    return static_cast<const Table *>(registry.slots[index].table);
}
