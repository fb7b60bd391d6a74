/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The seam's `suspend` table.
 */
#include <errno.h>

#include "hub.h"

static gt_greenlet *spawn(gt_callback entry, void *context, const char *name, uint32_t flags) {
    /* A loop of another thread gets its hub when somebody asks for it. */
    if (!gt_this_hub && gt_hub_open_default() < 0) {
        errno = ENOTSUP;
        return 0;
    }
    gt_hub_join();
    return gt_spawn(entry, context, name, flags);
}

static gt_greenlet *current(void) { return gt_running; }

static int wait_fd(int fd, uint32_t events, double deadline) {
    gt_hub_join();
    return gt_wait_fd(fd, events, deadline, "wait_fd");
}

static int offload(gt_callback work, void *context) { return gt_offload(work, context, "offload"); }

static void *no_original(const char *name) {
    (void)name;
    return 0;
}

void *(*gt_find_original)(const char *name) = no_original;

static void *original(const char *name) { return gt_find_original(name); }

const gt_suspend gt_greenlets = {
    .size = sizeof(gt_suspend),
    .version = 1,
    .name = "greenlet",
    .spawn = spawn,
    .current = current,
    .park = gt_park,
    .unpark = gt_unpark,
    .interrupt = gt_interrupt,
    .yield = gt_yield,
    .switch_to = gt_switch_to,
    .set_parent = gt_set_parent,
    .wait_fd = wait_fd,
    .offload = offload,
    .original = original,
    .set_name = gt_name,
    .info = gt_info,
    .each = gt_each,
    .backtrace = gt_backtrace,
};
