# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""A thousand requests that block in libpq at once, on one thread, and a plain request beside them."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

from .machine import stolen
from .process import LOAD_CPU, Trouble, free_port, listening, pinned
from .servers import GTORNADO, ROOT, Server

LIBRARY = os.path.join(ROOT, "Examples", ".build", "release", "libpostgres.so")
REQUESTS, CONNECTIONS, SLEEP = 1000, 100, 0.1
IDEAL = REQUESTS / CONNECTIONS * SLEEP
# Of the cores' time, what the host may keep for others in a round that counts: a hundred milliseconds of which are enough for
# a slowest hundredth of 5 ms. Rounds with more are told in a row of their own, and measured again.
MOST_KEPT = 0.03
TRIES = 5
BUSY = ", host busy"

# Beside the load, in a process of its own: what a request that waits for nothing has to wait. It shares its core with the
# load and a hundred backends of PostgreSQL, and goes before them where it may: its own turn there is not the server's.
PROBE = """
import os, socket, sys, time
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
except OSError:
    pass
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    begin = time.monotonic()
    connection.sendall(b"GET / HTTP/1.1\\r\\nHost: probe\\r\\n\\r\\n")
    answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    print(time.monotonic() - begin, flush=True)
    time.sleep(0.002)
"""


def programs():
    """initdb and postgres of the newest PostgreSQL here; None if there is none."""
    root = "/usr/lib/postgresql"
    versions = sorted(os.listdir(root), key=float) if os.path.isdir(root) else []
    for version in reversed(versions):
        folder = os.path.join(root, version, "bin")
        if os.path.exists(os.path.join(folder, "initdb")):
            return os.path.join(folder, "initdb"), os.path.join(folder, "postgres")
    return None


@contextlib.contextmanager
def postgres():
    """A fresh database on a free port; its URL."""
    initdb, server = programs()
    with tempfile.TemporaryDirectory(prefix="gtbench-pg-") as folder:
        # PostgreSQL refuses to run as root; Debian's package has made a user for it.
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(folder, "postgres")
        data, port = os.path.join(folder, "data"), free_port()
        subprocess.run([*as_user, initdb, "-A", "trust", "-U", "postgres", "-D", data], check=True,
                       capture_output=True, cwd="/")
        command = [*pinned(LOAD_CPU), *as_user, server, "-D", data, "-p", str(port), "-k", folder,
                   "-c", f"max_connections={CONNECTIONS + 20}", "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        try:
            time.sleep(2)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(20)


async def ask(port, gate):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await gate.wait()
    writer.write(f"GET /wait/{SLEEP} HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    return answer.startswith(b"HTTP/1.1 200")


async def all_at_once(port, count):
    """Seconds from the first byte sent to the last answer."""
    gate = asyncio.Event()
    tasks = [asyncio.create_task(ask(port, gate)) for _ in range(count)]
    await asyncio.sleep(0.5)
    begin = time.monotonic()
    gate.set()
    good = await asyncio.gather(*tasks)
    if not all(good):
        raise Trouble(f"{good.count(False)} of {count} requests failed")
    return time.monotonic() - begin


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def measure(process):
    asyncio.run(all_at_once(process.port, 2 * CONNECTIONS))  # Opens the pool's connections.
    probe = subprocess.Popen([*pinned(LOAD_CPU), sys.executable, "-c", PROBE, str(process.port), str(IDEAL + 0.6)],
                             stdout=subprocess.PIPE, text=True)
    before, begin = stolen(), time.monotonic()
    seconds = asyncio.run(all_at_once(process.port, REQUESTS))
    waits = [float(line) for line in probe.communicate(timeout=60)[0].split()]
    if probe.returncode != 0 or not waits:
        raise Trouble("the plain requests beside the load failed")
    return {"seconds": seconds, "factor": seconds / IDEAL, "p50": percentile(waits, 0.5), "p99": percentile(waits, 0.99),
            "kept": (stolen() - before) / (time.monotonic() - begin) / os.cpu_count()}


def blocking(options, samples, _):
    """1,000 concurrent requests, each `select pg_sleep(0.1)`, over 100 connections."""
    if not programs() or not os.path.exists(LIBRARY):
        samples.skip("PostgreSQL", "Debian: apt-get install postgresql libpq-dev, then build the examples again")
        return
    with postgres() as url:
        server = Server(
            "libpq in greenlets", "the postgres example, 100 connections", [LIBRARY],
            lambda port, _: [GTORNADO, "run", "--log-level", "error", "--http-socket", f"127.0.0.1:{port}", LIBRARY],
            environment={"DATABASE_URL": url, "DATABASE_CONNECTIONS": str(CONNECTIONS)},
        )
        counts = {server.name: 0, server.name + BUSY: 0}
        while counts[server.name] < options.rounds and sum(counts.values()) < TRIES * options.rounds:
            options.progress("blocking: libpq in greenlets")
            try:
                with listening(server) as process:
                    figures = measure(process)
            except (Trouble, OSError, subprocess.SubprocessError, AssertionError) as trouble:
                samples.trouble("blocking", server.name, trouble)
                break
            name = server.name + ("" if figures["kept"] <= MOST_KEPT else BUSY)
            counts[name] += 1
            samples.add("blocking", name, **figures)
        for name, count in counts.items():
            if count:
                samples.add("blocking", name, rounds=count)
