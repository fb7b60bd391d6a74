# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""The same of gevent."""

import resource
import sys
import time

import gevent
import greenlet

ROUNDS, SPAWNS, SWITCHES = 5, 20_000, 200_000


def figure(name, value):
    print(f"{name} {value:.3f}", flush=True)


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1048576


def sleepers(count):
    begin, before = time.monotonic(), resident()
    everybody = [gevent.spawn(gevent.sleep, 600) for _ in range(count)]
    gevent.sleep(0)
    figure("sleepers_seconds", time.monotonic() - begin)
    figure("sleepers_mib", resident() - before)
    del everybody
    sys.stdout.flush()
    import os
    os._exit(0)


def back():
    main = greenlet.getcurrent().parent
    while True:
        main.switch()


def nothing():
    pass


if len(sys.argv) > 1:
    sleepers(int(sys.argv[1]))
for _ in range(ROUNDS):
    begin = time.monotonic()
    for _ in range(SPAWNS):
        gevent.spawn(nothing).join()
    figure("spawn_ns", (time.monotonic() - begin) / SPAWNS * 1e9)
    target = greenlet.greenlet(back)
    begin = time.monotonic()
    for _ in range(SWITCHES):
        target.switch()
    figure("switch_ns", (time.monotonic() - begin) / SWITCHES * 1e9)
