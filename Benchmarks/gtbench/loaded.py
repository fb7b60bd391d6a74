# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""Modes that load a server: plain keep-alive, pipelined, a long run, and a run beside slow clients."""

import os
import socket
import subprocess
import time

from .load import wrk
from .process import LOAD_CPU, Trouble, exchange, pinned, running
from .servers import find

SLOW_CLIENTS = 1000


def rounds(options, samples, mode, servers, measure):
    """Measures each server once a round, in an order that turns, so that what else the machine does hits all alike."""
    lost = set()
    for number in range(options.rounds):
        turn = number % len(servers) if servers else 0
        for server in servers[turn:] + servers[:turn]:
            if server.name in lost:
                continue
            options.progress(f"{mode}, round {number + 1} of {options.rounds}: {server.name}")
            try:
                samples.add(mode, server.name, **measure(server))
            except Trouble as trouble:
                lost.add(server.name)
                samples.trouble(mode, server.name, trouble)


def keepalive(options, samples, servers):
    def measure(server):
        with running(server) as process:
            wrk(process, 1)
            load = wrk(process, options.seconds)
            return {
                "cpu": load.cpu_per_request, "rate": load.rate, "p50": load.p50, "p99": load.p99,
                "rss": process.memory("Rss"),
            }

    rounds(options, samples, "keepalive", servers, measure)


def pipelined(options, samples, servers):
    def measure(server):
        with running(server) as process:
            wrk(process, 1, script="pipeline.lua")
            load = wrk(process, options.seconds, script="pipeline.lua")
            return {"cpu": load.cpu_per_request, "rate": load.rate}

    names = {"floor", "nginx", "libevent", "libevent C", "built-in"}
    rounds(options, samples, "pipelined", [s for s in servers if s.name in names], measure)


def soak(options, samples, servers):
    """RSS after the first tenth of the requests, and how much it grew by the last."""
    names = {"libevent", "evhttp", "built-in", "libevent async"}
    for server in [s for s in servers if s.name in names]:
        options.progress(f"soak, {options.requests:,} requests: {server.name}")
        try:
            with running(server) as process:
                done, first, sizes = 0, None, []
                while done < options.requests:
                    done += wrk(process, 5).requests
                    sizes.append(process.memory("Rss"))
                    if first is None and done >= options.requests / 10:
                        first = sizes[-1]
                samples.add("soak", server.name, requests=done, first=first, last=sizes[-1], grown=sizes[-1] - first)
        except Trouble as trouble:
            samples.trouble("soak", server.name, trouble)


def slow(options, samples, servers):
    """p99 of wrk's 64 connections, alone and while a thousand clients send one header line every few seconds."""
    def measure(server):
        with running(server) as process:
            wrk(process, 1)
            alone = wrk(process, options.seconds)
            attack = attackers(process, options.seconds)
            try:
                beside = wrk(process, options.seconds)
                ended = attack.poll()
            finally:
                attack.kill()
                attack.wait()
            if ended is not None:
                raise Trouble(f"slowhttptest ended with status {ended} before the measurement did")
            with socket.create_connection(("127.0.0.1", process.port), 5) as connection:
                exchange(connection)
        return {"alone": alone.p99, "beside": beside.p99, "factor": beside.p99 / alone.p99}

    names = {"libevent", "built-in", "evhttp", "nginx"}
    rounds(options, samples, "slow", [s for s in servers if s.name in names], measure)


def attackers(process, duration):
    """slowhttptest with all its connections open. The server must have them, or the figure would mean nothing."""
    tool = find("slowhttptest")
    if not tool:
        raise Trouble("slowhttptest is not installed (Debian: apt-get install slowhttptest)")
    time.sleep(0.5)  # The server closes what wrk left.
    before = sockets_of(process)
    attack = subprocess.Popen(
        [*pinned(LOAD_CPU), tool, "-H", "-c", str(SLOW_CLIENTS), "-r", "500", "-i", "5", "-l", str(duration + 60),
         "-p", "60", "-v", "0", "-u", f"http://127.0.0.1:{process.port}/"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    opened, deadline = 0, time.monotonic() + 20
    while time.monotonic() < deadline and attack.poll() is None:
        time.sleep(0.1)
        opened = max(opened, sockets_of(process) - before)
        if opened >= SLOW_CLIENTS * 0.95:
            return attack
    attack.kill()
    attack.wait()
    raise Trouble(f"slowhttptest opened only {opened} of {SLOW_CLIENTS} connections")


def sockets_of(process):
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in process.pids())
