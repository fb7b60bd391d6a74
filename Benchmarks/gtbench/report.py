# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""What is printed, and what RESULTS.md says: the same tables."""

from .machine import described
from .targets import TARGETS

COLUMNS = {
    "keepalive": ("64 keep-alive connections", [
        ("CPU µs/request", "cpu", 1e-3, "{:.2f}"), ("requests/s", "rate", 1, "{:,.0f}"),
        ("p50 µs", "p50", 1e6, "{:.0f}"), ("p99 µs", "p99", 1e6, "{:.0f}"), ("RSS MiB", "rss", 1 / 2**20, "{:.1f}"),
    ]),
    "pipelined": ("Pipelined × 16, 64 connections", [
        ("requests/s", "rate", 1, "{:,.0f}"), ("CPU µs/request", "cpu", 1e-3, "{:.2f}"),
    ]),
    "idle": ("Idle kept-alive connections, after one request each", [
        ("connections", "connections", 1, "{:,.0f}"), ("bytes each", "bytes", 1, "{:,.0f}"),
    ]),
    "startup": ("From exec to the first answer", [("ms", "time", 1e3, "{:.1f}")]),
    "slow": ("Beside 1,000 slow-header clients", [
        ("p99 alone, µs", "alone", 1e6, "{:.0f}"), ("p99 beside, µs", "beside", 1e6, "{:.0f}"),
        ("factor", "factor", 1, "{:.2f}"),
    ]),
    "instructions": ("Instructions a request (callgrind, user space, one connection)", [
        ("count", "count", 1, "{:,.0f}"),
    ]),
    "soak": ("A long run", [
        ("requests", "requests", 1, "{:,.0f}"), ("RSS MiB after a tenth", "first", 1 / 2**20, "{:.2f}"),
        ("RSS MiB at the end", "last", 1 / 2**20, "{:.2f}"), ("grown KiB", "grown", 1 / 1024, "{:,.0f}"),
    ]),
    "blocking": ("1,000 requests at once, each `select pg_sleep(0.1)` by libpq, over 100 connections", [
        ("seconds", "seconds", 1, "{:.3f}"), ("of the ideal", "factor", 1, "{:.3f}"),
        ("plain request beside, p50 µs", "p50", 1e6, "{:,.0f}"), ("p99 µs", "p99", 1e6, "{:,.0f}"),
        ("kept by the host, %", "kept", 1e2, "{:.1f}"), ("rounds", "rounds", 1, "{:.0f}"),
    ]),
    "tls": ("TLS: 64 keep-alive connections; and connections with one request each", [
        ("CPU µs/request", "cpu", 1e-3, "{:.2f}"), ("requests/s", "rate", 1, "{:,.0f}"),
        ("p99 µs", "p99", 1e6, "{:.0f}"), ("full handshake, CPU µs", "full", 1e-3, "{:.1f}"),
        ("resumed, CPU µs", "resumed", 1e-3, "{:.1f}"),
    ]),
    "client": ("Clients: 64 requests under way over kept connections, against nginx", [
        ("requests/s", "rate", 1, "{:,.0f}"), ("CPU µs/request", "cpu", 1e-3, "{:.2f}"),
    ]),
    "websocket": ("WebSocket echo, 64 connections", [
        ("125 B: messages/s", "small_rate", 1, "{:,.0f}"), ("CPU µs/message", "small_cpu", 1e-3, "{:.2f}"),
        ("64 KiB: messages/s", "large_rate", 1, "{:,.0f}"), ("CPU µs/message", "large_cpu", 1e-3, "{:.2f}"),
    ]),
    "idle-websockets": ("Idle WebSockets", [
        ("open", "connections", 1, "{:,.0f}"), ("bytes each", "bytes", 1, "{:,.0f}"), ("MiB for 50,000", "mib", 1, "{:,.0f}"),
    ]),
    "streams": ("Echo of 64-byte lines, 64 connections", [
        ("lines/s", "rate", 1, "{:,.0f}"), ("CPU µs/line", "cpu", 1e-3, "{:.2f}"),
    ]),
    "greenlets": ("Greenlets and others", [
        ("switch and back, ns", "switch_ns", 1, "{:,.1f}"), ("spawn, run, end, ns", "spawn_ns", 1, "{:,.1f}"),
        ("patched call more, ns", "patched_call_ns", 1, "{:.1f}"), ("asleep", "sleepers", 1, "{:,.0f}"),
        ("started in s", "seconds", 1, "{:.3f}"), ("MiB", "mib", 1, "{:,.0f}"), ("bytes each", "each", 1, "{:,.0f}"),
    ]),
}


def table(head, rows):
    """A Markdown table whose columns also line up on a terminal: text to the left, the rest to the right."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    line = lambda row: "| " + " | ".join(
        str(cell).ljust(width) if i == 0 else str(cell).rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
    ) + " |"
    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def mode_table(samples, mode, names):
    title, columns = COLUMNS[mode]
    rows = []
    for name in names:
        cells = [(samples.median(mode, name, figure), scale, fmt) for _, figure, scale, fmt in columns]
        if any(value is not None for value, _, _ in cells):
            rows.append([name, *["-" if value is None else fmt.format(value * scale) for value, scale, fmt in cells]])
    return f"## {title}\n\n" + table(["server", *[column[0] for column in columns]], rows) if rows else ""


def target_table(samples):
    rows = []
    for target in (t for t in TARGETS if samples.has(t.mode)):
        value, verdict, _ = target.verdict(samples)
        rows.append([target.text, value, target.limit(), verdict])
    return "## Targets\n\n" + table(["figure", "measured", "target", ""], rows) if rows else ""


def body(samples, servers):
    names = [server.name for server in servers]
    others = lambda mode: dict.fromkeys(name for (m, name, _) in samples.values if m == mode and name not in names)
    parts = [target_table(samples)] + [mode_table(samples, mode, [*names, *others(mode)]) for mode in COLUMNS]
    if samples.skipped:
        parts.append("Left out: " + "; ".join(f"{name} ({why})" for name, why in samples.skipped.items()) + ".")
    if samples.troubles:
        parts.append("Failed:\n\n" + "\n".join(f"- {mode}, {name}: {why}" for mode, name, why in samples.troubles))
    return "\n\n".join(part for part in parts if part)


def results_file(samples, servers, options):
    facts = "\n".join(f"- {what}: {which}" for what, which in described())
    legend = "\n".join(f"- {server.name}: {server.what}" for server in servers if server.name not in samples.skipped)
    return f"""# Results

Written by `make bench`. Each server has one core, the load generator (wrk, one thread) another; loopback only.
{options.rounds} rounds of {options.seconds} s a server, interleaved; figures are medians, ratios are medians of the
rounds' ratios. CPU time is the scheduler's own count over all threads of the server, user and system.
The load generator is the limit for the fastest servers, so CPU time a request is the figure that decides.

{facts}

{legend}

{body(samples, servers)}
"""


def passed(samples):
    """Whether nothing failed, and no target that could be judged was missed."""
    return not samples.troubles and all(target.verdict(samples)[2] is not False for target in TARGETS)
