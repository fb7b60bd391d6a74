# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""TLS: kept-alive requests, and handshakes, full and resumed, beside nginx with the same certificate and cipher."""

import os
import subprocess

from .load import wrk
from .loaded import rounds
from .process import LOAD_CPU, Trouble, listening, pinned
from .servers import APPS, BUILD, GTORNADO, NGINX, Server, find, gtornado

HANDSHAKES = os.path.join(BUILD, "handshakes")
CERTIFICATE, KEY = os.path.join(BUILD, "tls.pem"), os.path.join(BUILD, "tls.key")
NGINX_TLS = NGINX.replace(
    "backlog=1024;",
    "backlog=1024 ssl; ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_session_tickets on; "
    "ssl_protocols TLSv1.2 TLSv1.3;",
)


def nginx(port, directory):
    path = os.path.join(directory, "nginx.conf")
    with open(path, "w") as file:
        file.write(NGINX_TLS.format(dir=directory, port=port, certificate=CERTIFICATE, key=KEY))
    return [find("nginx"), "-p", directory, "-c", path, "-e", os.path.join(directory, "error.log")]


def servers():
    app = os.path.join(APPS, "libbench_sync.so")
    options = ["--tls-cert", CERTIFICATE, "--tls-key", KEY]
    return [
        Server("libevent", "gtornado run --tls-cert", [GTORNADO, app], gtornado(app, *options)),
        Server("evhttp", "the same, --httpserver evhttp", [GTORNADO, app], gtornado(app, "--httpserver", "evhttp", *options)),
        Server("nginx", "return 200", ["nginx"], nginx),
    ]


def make_certificate():
    if os.path.exists(CERTIFICATE):
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", KEY, "-out", CERTIFICATE],
        check=True, capture_output=True,
    )


def handshakes(process, kind, seconds):
    """The server's CPU time for a connection: handshake, one request, end."""
    before = process.cpu_ns()
    done = subprocess.run(
        [*pinned(LOAD_CPU), HANDSHAKES, kind, str(process.port), str(seconds)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60,
    )
    cpu = process.cpu_ns() - before
    if done.returncode:
        raise Trouble(f"{process.server.name}: {done.stderr.strip()[-300:]}")
    said = dict(line.split() for line in done.stdout.splitlines())
    return cpu / max(1, int(said["handshakes"]))


def tls(options, samples, _):
    def measure(server):
        with listening(server) as process:
            wrk(process, 1, scheme="https")
            load = wrk(process, options.seconds, scheme="https")
            return {
                "cpu": load.cpu_per_request, "rate": load.rate, "p99": load.p99,
                "full": handshakes(process, "full", options.seconds),
                "resumed": handshakes(process, "resumed", options.seconds),
            }

    make_certificate()
    there = []
    for server in servers():
        if why := server.missing():
            samples.skip(server.name, why)
        else:
            there.append(server)
    rounds(options, samples, "tls", there, measure)
