# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""The load: wrk on its own core, and what it says."""

import os
import re
import subprocess

from .process import LOAD_CPU, Trouble, pinned
from .servers import SERVERS, find

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class Load:
    """What one run of wrk saw, and what it cost the server."""

    def __init__(self, requests, seconds, p50, p99, cpu_ns):
        self.requests, self.rate, self.p50, self.p99 = requests, requests / seconds, p50, p99
        self.cpu_per_request = cpu_ns / requests


def seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def wrk(process, duration, connections=64, script=None, scheme="http"):
    """Loads the server for `duration` seconds; raises Trouble if an answer was wrong or a connection failed."""
    command = [*pinned(LOAD_CPU), find("wrk") or "wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--latency"]
    if script:
        command += ["-s", os.path.join(SERVERS, script)]
    before = process.cpu_ns()
    try:
        done = subprocess.run(
            command + [f"{scheme}://127.0.0.1:{process.port}/"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=duration + 30,
        )
    except FileNotFoundError:
        raise Trouble("wrk is not installed (Debian: apt-get install wrk)") from None
    cpu = process.cpu_ns() - before
    name, said = process.server.name, done.stdout
    count = re.search(r"(\d+) requests in ([\d.]+\w+)", said)
    if done.returncode or not count or int(count[1]) == 0:
        raise Trouble(f"wrk got no answer from {name}: {(said + done.stderr).strip()[-300:]}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: (.*)", said)
    if wrong or (errors and process.server.keep_alive):
        raise Trouble(f"{name} under load: {wrong[0] if wrong else errors[0]}")
    percentile = lambda which: seconds(re.search(rf"{which}%\s+([\d.]+\w+)", said)[1])
    return Load(int(count[1]), seconds(count[2]), percentile(50), percentile(99), cpu)
