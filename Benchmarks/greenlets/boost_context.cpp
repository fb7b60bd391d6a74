/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The same of Boost.Context: stacks and switches, without a scheduler, so that its sleepers are only suspended.
 */
#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstdlib>
#include <vector>

#include "figures.h"

namespace ctx = boost::context;

static void sleepers(long count) {
    double begin = now(), before = resident();
    std::vector<ctx::fiber> all;
    /* Without guard pages: with them, the kernel's limit of mappings ends it at 32,000. */
    ctx::pooled_fixedsize_stack stacks(64 * 1024);
    for (long i = 0; i < count; i++) {
        all.push_back(ctx::fiber(std::allocator_arg, stacks, [](ctx::fiber &&back) { return std::move(back).resume(); })
                          .resume());
    }
    figure("sleepers_seconds", now() - begin);
    figure("sleepers_mib", resident() - before);
    _exit(0);
}

int main(int argc, char **argv) {
    if (argc > 1) sleepers(std::atol(argv[1]));
    ctx::pooled_fixedsize_stack stacks(64 * 1024);
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < SPAWNS; i++) {
            ctx::fiber(std::allocator_arg, stacks, [](ctx::fiber &&back) { return std::move(back); }).resume();
        }
        figure("spawn_ns", (now() - begin) / SPAWNS * 1e9);
        bool stop = false;
        ctx::fiber target(std::allocator_arg, stacks, [&stop](ctx::fiber &&back) {
            while (!stop) back = std::move(back).resume();
            return std::move(back);
        });
        begin = now();
        for (int i = 0; i < SWITCHES; i++) target = std::move(target).resume();
        figure("switch_ns", (now() - begin) / SWITCHES * 1e9);
        stop = true;
        target = std::move(target).resume();
    }
    return 0;
}
