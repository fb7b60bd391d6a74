# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""Greenlets beside others' coroutines and beside threads: the programs in Benchmarks/greenlets, one after the other."""

import contextlib
import os
import subprocess

from .process import Trouble
from .servers import BUILD, GTORNADO, HERE, ROOT, find

SOURCES = os.path.join(HERE, "greenlets")
OUTPUT = os.path.join(BUILD, "greenlets")
SYSTEM_PYTHON = "/usr/bin/python3"
# Where a thread each is possible at all, it is for so many.
SLEEPERS = {"threads": 10_000}
MILLION = 1_000_000


def compiled(source, *options, compiler="cc", shared=False):
    """Builds one program; None if what it needs is not here."""
    name = os.path.splitext(source)[0] + (".so" if shared else "")
    output = os.path.join(OUTPUT, ("lib" if shared else "") + name)
    command = [compiler, "-O2", *(["-shared", "-fPIC"] if shared else []), os.path.join(SOURCES, source), "-o", output,
               "-I", os.path.join(ROOT, "Sources", "CGTornado", "include"), *options]
    built = subprocess.run(command, capture_output=True, text=True)
    return output if built.returncode == 0 else None


def programs():
    os.makedirs(OUTPUT, exist_ok=True)
    plugin = compiled("gtornado.c", "-lm", shared=True)
    boost = compiled("boost_context.cpp", "-lboost_context", compiler="c++")
    state_threads = compiled("state_threads.c", "-lst")
    threads = compiled("threads.c", "-lpthread")
    gevent = subprocess.run([SYSTEM_PYTHON, "-c", "import gevent"], capture_output=True).returncode == 0
    return {
        "gtornado": plugin and [GTORNADO, "run", "--log-level", "warning", plugin, "--"],
        "Boost.Context": boost and [boost],
        "State Threads": state_threads and [state_threads],
        "gevent": [SYSTEM_PYTHON, os.path.join(SOURCES, "gevent_bench.py")] if gevent else None,
        "threads": threads and [threads],
    }


NEEDS = {"Boost.Context": "libboost-context-dev", "State Threads": "libst-dev", "gevent": "python3-gevent"}


def figures(command):
    """The lines "name value" that a program prints; the same name may come several times."""
    pinned = [find("taskset"), "-c", "0", *command]
    run = subprocess.run(pinned, capture_output=True, text=True, timeout=300)
    values = {}
    for line in run.stdout.splitlines():
        with contextlib.suppress(ValueError):
            name, value = line.split()
            values.setdefault(name, []).append(float(value))
    if run.returncode != 0 or not values:
        raise Trouble(f"{os.path.basename(command[0])} ended with {run.returncode}: {run.stderr.strip()[-200:]}")
    return values


def greenlets(options, samples, _):
    """Nanoseconds of a switch and back and of a whole life, and the cost of many that sleep."""
    there = programs()
    for name, command in there.items():
        if not command:
            samples.skip(name, f"Debian: apt-get install {NEEDS.get(name, 'gcc')}")
    for _ in range(max(1, options.rounds // 2)):
        for name, command in there.items():
            if command:
                measured(options, samples, name, command)
    if there["gtornado"]:
        sleepers(options, samples, "gtornado, a million", there["gtornado"], MILLION)


def measured(options, samples, name, command):
    options.progress(f"greenlets: {name}")
    try:
        for figure, values in figures(command).items():
            for value in values:
                samples.add("greenlets", name, **{figure: value})
    except (Trouble, OSError, subprocess.TimeoutExpired) as trouble:
        samples.trouble("greenlets", name, trouble)
    sleepers(options, samples, name, command, SLEEPERS.get(name, 100_000))


def sleepers(options, samples, name, command, count):
    options.progress(f"greenlets: {name}, {count:,} asleep")
    try:
        values = figures([*command, str(count)])
        samples.add("greenlets", name, sleepers=count, seconds=values["sleepers_seconds"][0],
                    each=values["sleepers_mib"][0] * 1048576 / count, mib=values["sleepers_mib"][0])
    except (Trouble, OSError, KeyError, subprocess.TimeoutExpired) as trouble:
        samples.trouble("greenlets", name, trouble)
