# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""The servers that are compared: how each is found, built and started."""

import os
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)
BUILD = os.path.join(HERE, ".build")
SERVERS = os.path.join(HERE, "servers")
LOAD = os.path.join(HERE, "load")
VENV_PYTHON = os.path.join(BUILD, "venv", "bin", "python3")
HUMMINGBIRD = os.path.join(HERE, "hummingbird-hello", ".build", "release", "HummingbirdHello")
GTORNADO = os.path.join(ROOT, ".build", "release", "gtornado")
APPS = os.path.join(HERE, "apps", ".build", "release")
HELLO_C = os.path.join(ROOT, "Examples", ".build", "release", "libhello_c.so")

NGINX = """\
daemon off; master_process off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 20000; use epoll; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  default_type "text/plain; charset=utf-8";
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 "Hello, world"; }} }}
}}
"""


class Server:
    """One row of the table. `needs` is what must exist for it to run; without `keep_alive` it closes each time."""

    def __init__(self, name, what, needs, command, keep_alive=True, stop_signal=signal.SIGTERM, environment=None):
        self.name, self.what, self.needs = name, what, needs
        self._command, self.keep_alive, self.stop_signal = command, keep_alive, stop_signal
        self.environment = environment or {}

    def command(self, port, directory):
        return self._command(port, directory)

    def missing(self):
        """Why it cannot be measured here; None if it can."""
        for need in self.needs:
            if not (os.path.exists(need) if os.path.isabs(need) else find(need)):
                return f"{os.path.relpath(need, ROOT) if os.path.isabs(need) else need} is not there"
        return None


def find(tool):
    return shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def nginx(port, directory):
    path = os.path.join(directory, "nginx.conf")
    with open(path, "w") as file:
        file.write(NGINX.format(dir=directory, port=port))
    return [find("nginx"), "-p", directory, "-c", path, "-e", os.path.join(directory, "error.log")]


def uwsgi(port, _):
    plugins = "python3,tornado_python3,greenlet_python3"
    return [
        find("uwsgi"), "--plugin", plugins, "--http-socket", f"127.0.0.1:{port}", "--listen", "128", "--tornado", "128",
        "--greenlet", "--disable-logging", "--wsgi-file", os.path.join(SERVERS, "uwsgi_app.py"),
    ]


def gtornado(library, *options):
    def command(port, _):
        address = f"127.0.0.1:{port}"
        return [GTORNADO, "run", "--log-level", "warning", "--http-socket", address, *options, library]

    return command


def ours():
    sync, asynchronous = os.path.join(APPS, "libbench_sync.so"), os.path.join(APPS, "libbench_async.so")
    alone, alone_async = os.path.join(APPS, "bench-sync"), os.path.join(APPS, "bench-async")
    plugin, c_plugin = [GTORNADO, sync], [GTORNADO, HELLO_C]
    quiet = {"GTORNADO_LOG_LEVEL": "warning"}
    own = lambda path: lambda port, _: [path, str(port)]
    return [
        Server("libevent", "gtornado run, sync handler", plugin, gtornado(sync)),
        Server("no greenlets", "gtornado run, sync handler on the loop", plugin,
               gtornado(sync, "--patch", "ioloop,httpserver,concurrency")),
        Server("libevent async", "gtornado run, async handler", [GTORNADO, asynchronous], gtornado(asynchronous)),
        Server("libevent C", "gtornado run, C plugin", c_plugin, gtornado(HELLO_C)),
        Server("evhttp", "gtornado run --httpserver evhttp", plugin, gtornado(sync, "--httpserver", "evhttp")),
        Server("evhttp C plugin", "the same, C plugin", c_plugin, gtornado(HELLO_C, "--httpserver", "evhttp")),
        Server("built-in", "the same app without gtornado", [alone], own(alone), environment=quiet),
        Server("built-in async", "the same, async handler", [alone_async], own(alone_async), environment=quiet),
    ]


def others():
    compiled = lambda name: (lambda port, _: [os.path.join(BUILD, name), str(port)])
    return [
        Server("floor", "bare epoll in C", [os.path.join(BUILD, "floor")], compiled("floor")),
        Server("nginx", "return 200", ["nginx"], nginx),
        Server("C evhttp", "libevent's server in C", [os.path.join(BUILD, "evhttp")], compiled("evhttp")),
        Server("Hummingbird", "Swift, SwiftNIO", [HUMMINGBIRD], lambda port, _: [HUMMINGBIRD, str(port)]),
        Server("Tornado", "Python", [VENV_PYTHON],
               lambda port, _: [VENV_PYTHON, os.path.join(SERVERS, "tornado_hello.py"), str(port)],
               stop_signal=signal.SIGINT),
        # Its Python finds Debian's packages only where no other Python comes first in PATH.
        Server("uWSGI", "its Tornado loop engine", ["uwsgi", "/usr/lib/uwsgi/plugins/tornado_python3_plugin.so"], uwsgi,
               keep_alive=False, stop_signal=signal.SIGINT, environment={"PATH": "/usr/bin:/bin"}),
    ]


def all_servers():
    return others() + ours()


def build(quiet=False):
    """Builds what can be built, and says what could not: a server that is missing is left out by name."""
    os.makedirs(BUILD, exist_ok=True)
    flags = output("pkg-config", "--cflags", "--libs", "libevent_core", "libevent_extra").split()
    steps = [
        ("floor", ["cc", "-O2", "-o", os.path.join(BUILD, "floor"), os.path.join(SERVERS, "floor.c")]),
        ("C evhttp", ["cc", "-O2", "-o", os.path.join(BUILD, "evhttp"), os.path.join(SERVERS, "evhttp.c"), *flags]),
        ("the echo load", ["cc", "-O2", "-o", os.path.join(BUILD, "echo"), os.path.join(LOAD, "echo.c")]),
        ("the handshake load", ["cc", "-O2", "-o", os.path.join(BUILD, "handshakes"), os.path.join(LOAD, "handshakes.c"),
                                "-lssl", "-lcrypto"]),
        ("C bufferevents", ["cc", "-O2", "-o", os.path.join(BUILD, "line_echo"), os.path.join(SERVERS, "line_echo.c"),
                            *flags]),
        ("libwebsockets", ["cc", "-O2", "-o", os.path.join(BUILD, "ws_libwebsockets"),
                           os.path.join(SERVERS, "ws_libwebsockets.c"), "-lwebsockets"]),
        ("AsyncHTTPClient", swift_build(os.path.join(HERE, "async-http-client-load"))),
        ("Hummingbird", swift_build(os.path.join(HERE, "hummingbird-hello"))),
        ("gtornado", swift_build(ROOT, "--product", "gtornado")),
        ("Examples", swift_build(os.path.join(ROOT, "Examples"))),
        ("apps", swift_build(os.path.join(HERE, "apps"))),
    ]
    if not os.path.exists(VENV_PYTHON):
        steps.append(("Python's environment", [sys.executable, "-m", "venv", os.path.join(BUILD, "venv")]))
        packages = ["tornado", "websockets", "aiohttp"]
        steps.append(("Python's servers", [VENV_PYTHON, "-m", "pip", "install", "--quiet", *packages]))
    for name, command in steps:
        if not quiet:
            print(f"building {name} …", file=sys.stderr, flush=True)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            trouble = (done.stdout + done.stderr)[-2000:] if done.returncode else None
        except OSError as error:
            trouble = str(error)
        if trouble:
            print(f"could not build {name}: {trouble}", file=sys.stderr)


def swift_build(path, *more):
    return ["swift", "build", "-c", "release", "--package-path", path, *more]


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()
    except OSError:
        return ""
