# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""One server process: started pinned, watched through /proc, ended by its process id."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time

SERVER_CPU, LOAD_CPU = 0, 1
HELLO = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n"


class Trouble(Exception):
    """A measurement that could not be made, with the reason."""


def pinned(cpu):
    """What goes before a command to keep it on one core; nothing on a machine with a single one."""
    return ["taskset", "-c", str(cpu)] if os.cpu_count() > 1 else []


def pin_self(cpu):
    if os.cpu_count() > 1:
        os.sched_setaffinity(0, {cpu} if cpu is not None else set(range(os.cpu_count())))


def raise_file_limit():
    """Servers inherit it: 10,000 connections need as many descriptors on each side."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 65536), hard))
    return min(wanted, 65536)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exchange(connection, timeout=5):
    """One request and its whole answer on an open connection; the answer's bytes."""
    connection.settimeout(timeout)
    connection.sendall(HELLO)
    answer = b""
    while b"Hello, world" not in answer:
        piece = connection.recv(65536)
        if not piece:
            break
        answer += piece
    return answer


class Process:
    """A running server and its children."""

    def __init__(self, server, wrapper=()):
        self.server = server
        self.port = free_port()
        self.directory = tempfile.TemporaryDirectory(prefix="gtbench-")
        self.log = open(os.path.join(self.directory.name, "log"), "w+b")
        command = list(wrapper) + server.command(self.port, self.directory.name)
        environment = dict(os.environ, **server.environment)
        try:
            pin_self(SERVER_CPU)
            self.started = time.perf_counter_ns()
            self.popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment, close_fds=False
            )
        finally:
            pin_self(LOAD_CPU)

    def wait_until_answering(self, timeout=30):
        """Seconds from exec to the first whole answer."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                raise Trouble(f"{self.server.name} ended with status {self.popen.returncode}: {self.last_words()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                if b" 200 " in exchange(connection):
                    return (time.perf_counter_ns() - self.started) / 1e9
        raise Trouble(f"{self.server.name} did not answer within {timeout} s: {self.last_words()}")

    def last_words(self):
        self.log.flush()
        with open(self.log.name, "rb") as log:
            return log.read()[-600:].decode("utf-8", "replace").strip() or "it said nothing"

    def pids(self):
        found, queue = [], [self.popen.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    queue += map(int, open(f"/proc/{pid}/task/{thread}/children").read().split())
        return found

    def cpu_ns(self):
        """Time on a processor, user and system, of all threads of the tree: the scheduler's own count."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    total += int(open(f"/proc/{pid}/task/{thread}/schedstat").read().split()[0])
        return total

    def memory(self, field):
        """Bytes of the tree by one line of smaps_rollup: "Rss", "Anonymous", …"""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith(field + ":"))
        return total

    def stop(self):
        pids = self.pids()
        if self.popen.poll() is None:
            self.popen.send_signal(self.server.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(5)
        for pid in pids if self.popen.poll() is None else pids[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait()
        self.log.close()
        self.directory.cleanup()


@contextlib.contextmanager
def running(server, wrapper=(), timeout=30):
    """The server, answering; ended when the block is left."""
    process = Process(server, wrapper)
    try:
        process.startup = process.wait_until_answering(timeout)
        yield process
    finally:
        process.stop()


@contextlib.contextmanager
def listening(server):
    """The server, once it takes connections; ended when the block is left."""
    process = Process(server)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if process.popen.poll() is not None:
                raise Trouble(f"{server.name} ended with status {process.popen.returncode}: {process.last_words()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", process.port), 1):
                break
            time.sleep(0.05)
        yield process
    finally:
        process.stop()
