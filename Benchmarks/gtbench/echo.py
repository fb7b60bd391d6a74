# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""Echo servers under load: WebSocket messages, lines of a stream, and WebSockets that only stay open."""

import os
import subprocess

from .loaded import rounds
from .process import LOAD_CPU, Trouble, listening, pinned
from .servers import APPS, BUILD, GTORNADO, SERVERS, VENV_PYTHON, Server, gtornado

LOAD = os.path.join(BUILD, "echo")
CONNECTIONS = 64
SMALL, LARGE = 125, 65536


def python(script):
    path = os.path.join(SERVERS, script)
    return lambda port, _: [VENV_PYTHON, path, str(port)]


def websocket_servers():
    ours, alone = os.path.join(APPS, "libbench_websocket.so"), os.path.join(APPS, "bench-websocket")
    lws = os.path.join(BUILD, "ws_libwebsockets")
    quiet = {"GTORNADO_LOG_LEVEL": "warning"}
    return [
        Server("libevent", "gtornado run, WebSocketHandler", [GTORNADO, ours], gtornado(ours)),
        Server("built-in", "the same app without gtornado", [alone], lambda port, _: [alone, str(port)], environment=quiet),
        Server("libwebsockets", "C, Debian's", [lws], lambda port, _: [lws, str(port)]),
        Server("websockets", "Python", [VENV_PYTHON], python("ws_websockets.py")),
        Server("aiohttp", "Python, parser in C", [VENV_PYTHON], python("ws_aiohttp.py")),
        Server("Tornado", "Python", [VENV_PYTHON], python("ws_tornado.py")),
    ]


def stream_servers():
    ours, alone = os.path.join(APPS, "libbench_lines.so"), os.path.join(APPS, "bench-lines")
    bufferevents, quiet = os.path.join(BUILD, "line_echo"), {"GTORNADO_LOG_LEVEL": "warning"}
    command = lambda port, _: [GTORNADO, "run", "--log-level", "warning", ours, "--", str(port)]
    return [
        Server("libevent", "gtornado run, IOStream", [GTORNADO, ours], command),
        Server("built-in", "the same app without gtornado", [alone], lambda port, _: [alone, str(port)], environment=quiet),
        Server("C bufferevents", "libevent in C", [bufferevents], lambda port, _: [bufferevents, str(port)]),
    ]


def figures(text):
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


def load(process, kind, size, seconds):
    """One run of the load: messages a second, and the server's CPU time for each."""
    before = process.cpu_ns()
    done = subprocess.run(
        [*pinned(LOAD_CPU), LOAD, kind, str(process.port), str(CONNECTIONS), str(size), str(seconds)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60,
    )
    cpu = process.cpu_ns() - before
    if done.returncode:
        raise Trouble(f"{process.server.name}: {done.stderr.strip()[-300:]}")
    said = figures(done.stdout)
    if not said["messages"]:
        raise Trouble(f"{process.server.name} sent nothing back")
    return {"cpu": cpu / said["messages"], "rate": said["messages"] / said["seconds"]}


def here(samples, servers):
    for server in servers:
        if why := server.missing():
            samples.skip(server.name, why)
    return [server for server in servers if not server.missing()]


def websocket(options, samples, _):
    """64 connections, each with one message under way: of 125 bytes, and of 64 KiB."""
    def measure(server):
        values = {}
        with listening(server) as process:
            for what, size in (("small", SMALL), ("large", LARGE)):
                load(process, "ws", size, 1)
                values |= {f"{what}_{name}": value for name, value in load(process, "ws", size, options.seconds).items()}
        return values

    rounds(options, samples, "websocket", here(samples, websocket_servers()), measure)


def streams(options, samples, _):
    """64 connections, each with one line of 64 bytes under way."""
    def measure(server):
        with listening(server) as process:
            load(process, "line", 64, 1)
            return load(process, "line", 64, options.seconds)

    rounds(options, samples, "streams", here(samples, stream_servers()), measure)


def idle_websockets(options, samples, _):
    """What each open WebSocket costs in memory."""
    for server in here(samples, websocket_servers()):
        options.progress(f"idle WebSockets, {options.connections:,}: {server.name}")
        try:
            samples.add("idle-websockets", server.name, **idle(server, options.connections))
        except (Trouble, OSError, ValueError) as trouble:
            samples.trouble("idle-websockets", server.name, trouble)


def idle(server, count):
    with listening(server) as process:
        load(process, "ws", SMALL, 1)
        before = process.memory("Rss")
        holder = subprocess.Popen(
            [*pinned(LOAD_CPU), LOAD, "ws", str(process.port), str(count), "0", "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        try:
            if not holder.stdout.readline():
                raise Trouble(f"{server.name}: {holder.stderr.read().strip()[-300:]}")
            each = (process.memory("Rss") - before) / count
        finally:
            holder.communicate()
    return {"connections": count, "bytes": each, "mib": each * 50_000 / 2**20}
