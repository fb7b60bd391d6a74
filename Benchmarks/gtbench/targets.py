# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""The project's targets, each a figure of one run and a bound on it."""


class Target:
    """`value(samples)` is None where one side was not measured. `fmt` shows value and bound alike."""

    def __init__(self, mode, text, bound, value, at_least=False, fmt="{:.2f} ×"):
        self.mode, self.text, self.bound, self.value = mode, text, bound, value
        self.at_least, self.fmt = at_least, fmt

    def verdict(self, samples):
        value = self.value(samples)
        if value is None:
            return "-", "not measured", None
        held = value >= self.bound if self.at_least else value <= self.bound
        return self.fmt.format(value), "pass" if held else "FAIL", held

    def limit(self):
        return ("≥ " if self.at_least else "≤ ") + self.fmt.format(self.bound)


def ratio(mode, figure, ours, theirs):
    return lambda samples: samples.ratio(mode, figure, ours, theirs)


def figure(mode, server, name, scale=1.0):
    def value(samples):
        median = samples.median(mode, server, name)
        return None if median is None else median * scale

    return value


def worst(mode, name, scale=1.0):
    def value(samples):
        medians = [samples.median(mode, server, name) for server in samples.servers(mode, name)]
        return max(medians) * scale if medians else None

    return value


TARGETS = [
    Target("keepalive", "CPU a request, libevent : floor", 1.2, ratio("keepalive", "cpu", "libevent", "floor")),
    Target("keepalive", "CPU a request, libevent : nginx", 1.0, ratio("keepalive", "cpu", "libevent", "nginx")),
    Target("keepalive", "CPU a request, libevent : Hummingbird", 1 / 4,
           ratio("keepalive", "cpu", "libevent", "Hummingbird")),
    Target("keepalive", "CPU a request, libevent : Tornado", 1 / 16,
           ratio("keepalive", "cpu", "libevent", "Tornado"), fmt="{:.4f} ×"),
    Target("keepalive", "CPU a request, evhttp : C evhttp", 1.05, ratio("keepalive", "cpu", "evhttp", "C evhttp")),
    Target("keepalive", "CPU a request, async handler : sync handler", 1.25,
           ratio("keepalive", "cpu", "libevent async", "libevent")),
    Target("keepalive", "requests/s, libevent : nginx", 0.97,
           ratio("keepalive", "rate", "libevent", "nginx"), at_least=True),
    Target("keepalive", "p99, libevent : nginx", 1.1, ratio("keepalive", "p99", "libevent", "nginx")),
    Target("pipelined", "requests/s pipelined × 16, libevent : floor", 0.75,
           ratio("pipelined", "rate", "libevent", "floor"), at_least=True),
    Target("idle", "memory of an idle connection, libevent", 2048, figure("idle", "libevent", "bytes"),
           fmt="{:.0f} B"),
    Target("startup", "first answer, libevent : Hummingbird", 1.0,
           ratio("startup", "time", "libevent", "Hummingbird")),
    Target("startup", "first answer, libevent : C evhttp", 3.0, ratio("startup", "time", "libevent", "C evhttp")),
    Target("soak", "RSS growth from the first tenth to the last request", 256,
           worst("soak", "grown", 1 / 1024), fmt="{:.0f} KiB"),
    Target("keepalive", "requests/s, handler in a greenlet : the same without", 0.9,
           ratio("keepalive", "rate", "libevent", "no greenlets"), at_least=True),
    Target("keepalive", "CPU a request, handler in a greenlet : the same without", 1 / 0.9,
           ratio("keepalive", "cpu", "libevent", "no greenlets")),
    Target("blocking", "1,000 × pg_sleep(0.1) over 100 connections : ideal", 1.15,
           figure("blocking", "libpq in greenlets", "factor"), fmt="{:.3f} ×"),
    Target("blocking", "p99 of a plain request beside them", 5, figure("blocking", "libpq in greenlets", "p99", 1e3),
           fmt="{:.2f} ms"),
    Target("greenlets", "switch and back, exclusivity saved", 40, figure("greenlets", "gtornado", "switch_ns"),
           fmt="{:.1f} ns"),
    Target("greenlets", "spawn, run and end of a pooled greenlet", 400, figure("greenlets", "gtornado", "spawn_ns"),
           fmt="{:.1f} ns"),
    Target("greenlets", "a patched call outside a greenlet, over the plain one", 5,
           figure("greenlets", "gtornado", "patched_call_ns"), fmt="{:.1f} ns"),
    Target("greenlets", "100,000 sleeping greenlets, resident", 1024, figure("greenlets", "gtornado", "mib"),
           fmt="{:.0f} MiB"),
    Target("greenlets", "100,000 sleeping greenlets, started in", 1.0, figure("greenlets", "gtornado", "seconds"),
           fmt="{:.2f} s"),
    Target("slow", "p99 beside 1,000 slow clients : alone, libevent", 1.2, figure("slow", "libevent", "factor")),
    Target("tls", "TLS, CPU a request, libevent : nginx", 1.15, ratio("tls", "cpu", "libevent", "nginx")),
    Target("tls", "TLS, CPU a full handshake, libevent : nginx", 1.15, ratio("tls", "full", "libevent", "nginx")),
    Target("tls", "TLS, CPU a resumed handshake, libevent : nginx", 1.15, ratio("tls", "resumed", "libevent", "nginx")),
    Target("client", "client's requests/s, libevent : wrk", 0.5, ratio("client", "rate", "libevent", "wrk"), at_least=True),
    Target("client", "client's requests/s, libevent : AsyncHTTPClient", 3,
           ratio("client", "rate", "libevent", "AsyncHTTPClient"), at_least=True),
    Target("client", "client's requests/s, libevent : Tornado", 15, ratio("client", "rate", "libevent", "Tornado"),
           at_least=True),
    *[Target("websocket", f"WebSocket echo {what}, CPU a message, libevent : {peer}", bound,
             ratio("websocket", f"{size}_cpu", "libevent", peer), fmt="{:.3f} ×")
      for size, what in (("small", "125 B"), ("large", "64 KiB"))
      for peer, bound in (("libwebsockets", 1), ("aiohttp", 1), ("Tornado", 1), ("websockets", 1 / 8))],
    Target("idle-websockets", "50,000 idle WebSockets, resident", 400, figure("idle-websockets", "libevent", "mib"),
           fmt="{:.0f} MiB"),
    Target("streams", "line echo, CPU a line, libevent : C bufferevents", 1.3,
           ratio("streams", "cpu", "libevent", "C bufferevents")),
]
