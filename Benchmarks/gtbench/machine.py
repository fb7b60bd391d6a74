# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""The machine and the versions, in words that hold no host name and no path."""

import os
import re
import time

from .servers import GTORNADO, HERE, VENV_PYTHON, find, output


def stolen():
    """Seconds that the host has kept from all cores together while there was work for them, since the machine started."""
    with open("/proc/stat") as stat:
        return int(stat.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


BEGIN = time.monotonic(), stolen()


def stolen_share():
    """The part of all cores' time that the host has kept since the run began."""
    seconds = (time.monotonic() - BEGIN[0]) * os.cpu_count()
    return (stolen() - BEGIN[1]) / seconds


def first_match(pattern, text):
    found = re.search(pattern, text, re.M)
    return found[1].strip() if found else None


def described():
    """Pairs of what and which; what cannot be told is left out."""
    with open("/proc/cpuinfo") as cpuinfo, open("/proc/meminfo") as meminfo, open("/etc/os-release") as release:
        cpu = first_match(r"^model name\s*: (.*)", cpuinfo.read()) or os.uname().machine
        memory = int(first_match(r"^MemTotal:\s*(\d+)", meminfo.read())) / 1024 / 1024
        system = first_match(r'^PRETTY_NAME="?([^"\n]*)', release.read())
    hummingbird = os.path.join(HERE, "hummingbird-hello", "Package.resolved")
    facts = [
        ("CPU", f"{cpu}, {os.cpu_count()} cores; {stolen_share():.2%} of their time kept by the host"),
        ("Memory", f"{memory:.0f} GiB"),
        ("System", f"{system}, Linux {os.uname().release.split('-')[0]}"),
        ("gtornado", output(GTORNADO, "--version").splitlines()[0] if os.path.exists(GTORNADO) else None),
        ("Swift", first_match(r"Swift version (\S+)", output("swift", "--version"))),
        ("libevent", output("pkg-config", "--modversion", "libevent_core")),
        ("nginx", first_match(r"nginx/(\S+)", output("sh", "-c", f"{find('nginx') or 'nginx'} -v 2>&1"))),
        ("Hummingbird", hummingbird_version(hummingbird)),
        ("Tornado", output(VENV_PYTHON, "-c", "import tornado; print(tornado.version)")),
        ("uWSGI", output("uwsgi", "--version")),
        ("wrk", first_match(r"wrk (?:debian/)?(\S+)", output("wrk", "-v"))),
    ]
    return [(what, which) for what, which in facts if which]


def hummingbird_version(resolved):
    if not os.path.exists(resolved):
        return None
    with open(resolved) as file:
        return first_match(r'"hummingbird",(?:.|\n)*?"version" : "([^"]+)"', file.read())
