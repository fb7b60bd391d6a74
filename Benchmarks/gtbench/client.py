# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""HTTP clients on one core, against nginx on the other."""

import os
import resource
import subprocess
import tempfile
import time

from .process import LOAD_CPU, SERVER_CPU, Trouble, free_port, pinned
from .servers import APPS, GTORNADO, HERE, SERVERS, VENV_PYTHON, find, nginx

CONNECTIONS = 64
ASYNC_HTTP_CLIENT = os.path.join(HERE, "async-http-client-load", ".build", "release", "AsyncHTTPClientLoad")


def clients():
    """Each a command that prints "requests N" and "seconds S", given URL, connections and seconds."""
    ours, alone = os.path.join(APPS, "libbench_client.so"), os.path.join(APPS, "bench-client")
    script = lambda name: [VENV_PYTHON, os.path.join(SERVERS, name)]
    return {
        "libevent": ([GTORNADO, ours], [GTORNADO, "run", "--log-level", "error", ours, "--"]),
        "built-in": ([alone], [alone]),
        "AsyncHTTPClient": ([ASYNC_HTTP_CLIENT], [ASYNC_HTTP_CLIENT]),
        "Tornado": ([VENV_PYTHON], script("client_tornado.py")),
        "aiohttp": ([VENV_PYTHON], script("client_aiohttp.py")),
    }


def measured(command, url, seconds):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*pinned(SERVER_CPU), *command, url, str(CONNECTIONS), str(seconds)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    if done.returncode or "requests" not in said:
        raise Trouble(f"{os.path.basename(command[0])} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rate": int(said["requests"]) / float(said["seconds"]), "cpu": cpu / int(said["requests"]) * 1e9}


def wrk(url, seconds):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*pinned(SERVER_CPU), find("wrk") or "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 30,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = [line.split() for line in done.stdout.splitlines()]
    count = next((int(words[0]) for words in lines if words[1:3] == ["requests", "in"]), 0)
    if not count:
        raise Trouble(f"wrk got no answer: {(done.stdout + done.stderr).strip()[-300:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rate": count / seconds, "cpu": cpu / count * 1e9}


def client(options, samples, _):
    """64 requests under way at a time, over kept connections, from one process on one core."""
    there = {}
    for name, (needs, command) in clients().items():
        lacking = [need for need in needs if not os.path.exists(need)]
        if lacking:
            samples.skip(name, f"{os.path.relpath(lacking[0], HERE)} is not there")
        else:
            there[name] = lambda url, seconds, command=command: measured(command, url, seconds)
    if not find("nginx") or not find("wrk"):
        samples.skip("HTTP clients", "Debian: apt-get install nginx-light wrk")
        return
    there["wrk"] = wrk
    with tempfile.TemporaryDirectory(prefix="gtbench-") as directory:
        port = free_port()
        server = subprocess.Popen([*pinned(LOAD_CPU), *nginx(port, directory)], stdin=subprocess.DEVNULL)
        try:
            time.sleep(1)
            for number in range(options.rounds):
                for name, run in there.items():
                    options.progress(f"client, round {number + 1} of {options.rounds}: {name}")
                    try:
                        samples.add("client", name, **run(f"http://127.0.0.1:{port}/", options.seconds))
                    except (Trouble, OSError, subprocess.SubprocessError) as trouble:
                        samples.trouble("client", name, trouble)
        finally:
            server.terminate()
            server.wait(20)
