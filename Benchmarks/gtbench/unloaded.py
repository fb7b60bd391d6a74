# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""Modes that load nothing: memory of an idle connection, time to the first answer, instructions a request."""

import contextlib
import os
import re
import socket
import subprocess
import tempfile

from .loaded import rounds
from .process import Trouble, exchange, raise_file_limit, running
from .servers import ROOT, find


def idle(options, samples, servers):
    """Bytes that a kept-alive connection costs while it waits for its next request."""
    count = min(options.connections, raise_file_limit() - 200)

    def measure(server):
        with running(server) as process, contextlib.ExitStack() as stack:
            # What the first requests allocate once is not a connection's: it is spent before the first reading.
            with socket.create_connection(("127.0.0.1", process.port), 5) as first:
                for _ in range(100):
                    exchange(first)
            before = process.memory("Rss")
            opened = [stack.enter_context(connected(process)) for _ in range(count)]
            each = (process.memory("Rss") - before) / count
            if b" 200 " not in exchange(opened[0]) or b" 200 " not in exchange(opened[-1]):
                raise Trouble(f"{server.name} dropped idle connections with {count} open")
        return {"bytes": each, "connections": count}

    chosen = [s for s in servers if s.keep_alive and "async" not in s.name]
    single_round = options.with_rounds(1)
    rounds(single_round, samples, "idle", chosen, measure)


def connected(process):
    try:
        connection = socket.create_connection(("127.0.0.1", process.port), 5)
        if b" 200 " not in exchange(connection):
            raise Trouble(f"{process.server.name} did not answer on a further connection")
        return connection
    except OSError as error:
        raise Trouble(f"{process.server.name} refused a further connection: {error}") from None


def startup(options, samples, servers):
    """Milliseconds from exec to the first whole answer."""
    def measure(server):
        with running(server) as process:
            return {"time": process.startup}

    for server in servers:
        with contextlib.suppress(Trouble):
            measure(server)  # Once unmeasured, so that every file is in the page cache.
    rounds(options.with_rounds(options.starts), samples, "startup", servers, measure)


def instructions(options, samples, servers):
    """Instructions in the server a request, by callgrind: two runs on one connection, and their difference."""
    others = {"Hummingbird", "Tornado", "uWSGI"}
    if not find("valgrind"):
        samples.skip("instructions", "valgrind is not installed (Debian: apt-get install valgrind)")
        return
    few, many = 500, 2500
    for server in [s for s in servers if s.name not in others]:
        options.progress(f"instructions: {server.name}")
        try:
            each = (counted(server, many) - counted(server, few)) / (many - few)
            samples.add("instructions", server.name, count=each)
        except (Trouble, OSError, subprocess.CalledProcessError) as trouble:
            samples.trouble("instructions", server.name, trouble)


class Stripped:
    """A server whose own files are run from copies without debug information: valgrind fails on Swift's."""

    def __init__(self, server, directory):
        self._server, self._directory = server, directory

    def __getattr__(self, name):
        return getattr(self._server, name)

    def command(self, port, directory):
        return [self._copy(word) for word in self._server.command(port, directory)]

    def _copy(self, word):
        if not (word.startswith(ROOT + os.sep) and is_elf(word)):
            return word
        copy = os.path.join(self._directory, os.path.basename(word))
        subprocess.run(["strip", "--strip-debug", "-o", copy, word], check=True, capture_output=True)
        return copy


def is_elf(path):
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"
    return False


def counted(server, requests):
    """Instructions executed by a server that was asked `requests` times."""
    with tempfile.TemporaryDirectory(prefix="gtbench-") as directory:
        out = os.path.join(directory, "callgrind.%p")
        wrapper = [find("valgrind"), "--tool=callgrind", f"--callgrind-out-file={out}"]
        with running(Stripped(server, directory), wrapper, timeout=120) as process:
            with socket.create_connection(("127.0.0.1", process.port), 30) as connection:
                for _ in range(requests):
                    if b" 200 " not in exchange(connection, 30):
                        raise Trouble(f"{server.name} stopped answering under callgrind")
            end(process)
        total = 0
        for name in (n for n in os.listdir(directory) if n.startswith("callgrind.")):
            with open(os.path.join(directory, name)) as file:
                total += sum(int(m[1]) for m in re.finditer(r"^totals: (\d+)", file.read(), re.M))
    if total == 0:
        raise Trouble(f"callgrind wrote no count for {server.name}")
    return total


def end(process):
    """Ends a server so that callgrind writes its count. nginx notices under valgrind only at its next event."""
    process.popen.send_signal(process.server.stop_signal)
    for _ in range(20):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(3)
            return
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", process.port), 1).close()
    raise Trouble(f"{process.server.name} did not end within a minute under callgrind")
