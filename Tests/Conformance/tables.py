# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT
"""The tables beside the codec's tests, as cases for a live server."""

import base64
import json
import pathlib
import re

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "HTTPCodecTests" / "Fixtures"


class Case:
    """Bytes, the requests that a server executes of them, and how the connection ends."""

    def __init__(self, id, title, data, requests, end, status=None):
        self.id = id
        self.title = title
        self.data = data
        # Dictionaries with method, target, and what else is to be compared.
        self.requests = requests
        # open, closed, waiting, refused; or unexecuted (refused or waiting), or any (whatever follows the requests)
        self.end = end
        self.status = status


def expand(parts):
    """Text, or a list of texts and repetitions, as text."""
    if isinstance(parts, str):
        return parts
    return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts)


def read(suite, name="cases.json"):
    return json.loads((FIXTURES / suite / name).read_text())


def core():
    for row in read("core"):
        requests = [{**request, "target": expand(request["target"])} for request in row["requests"]]
        for request in requests:
            request.setdefault("body", "")
            request.pop("trailers", None)
        yield Case(row["id"], row["title"], expand(row["bytes"]).encode("latin-1"), requests, row["end"], row.get("status"))


def with_host(data):
    return data.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nHost: localhost\r\n")


def has_host(data):
    return b"\nhost:" in data.lower()


def gunicorn():
    differences = read("gunicorn", "differences.json")
    for row in read("gunicorn"):
        name = row["id"].rpartition("/")[2]
        data = base64.b64decode(row["bytes_b64"])
        requests = [
            {"method": request["method"], "target": request["uri"]["raw"], "body": request["body"]}
            for request in row.get("requests", [])
        ]
        is_one_of_1_0 = len(requests) == 1 and row["requests"][0]["version"] == [1, 0]
        if not has_host(data) and not is_one_of_1_0:
            data = with_host(data)
        if any("casefold" in setting for setting in row["settings"]):
            for request in requests:
                del request["method"]
        if row["kind"] == "valid":
            if name in differences["stricter"]:
                yield Case(row["id"], differences["stricter"][name], data, [], "refused")
            elif len(requests) == 1 and len(data.partition(b"\r\n\r\n")[2]) < length(data):
                yield Case(row["id"], "a body that ends early", data, [], "waiting")
            else:
                yield Case(row["id"], "valid for gunicorn", data, requests, "any")
        elif name in differences["taken"] or name in differences["bySize"]:
            yield Case(row["id"], "legal", data, [{}], "any")
        else:
            yield Case(row["id"], "invalid for gunicorn", data, [], "unexecuted")


def length(data):
    found = re.search(rb"\ncontent-length: *(\d+)\r", data, re.IGNORECASE)
    return int(found[1]) if found else 0


def llhttp():
    differences = read("llhttp", "differences.json")
    for row in read("llhttp"):
        if row["type"] != "request":
            continue
        name = row["id"].removeprefix("llhttp/request/")
        data = base64.b64decode(row["bytes_b64"])
        messages = list(log_messages(row["log"], data))
        if not has_host(data):
            ends = [message["version_end"] + 2 for message in messages if message.get("version") == "1.1"]
            if ends:
                for end in reversed([end for end in ends if end <= len(data)]):
                    data = data[:end] + b"Host: localhost\r\n" + data[end:]
            else:
                data = with_host(data)
        yield llhttp_case(row, name, data, messages, differences)


def llhttp_case(row, name, data, messages, differences):
    error = row["error"]
    is_pause = error and error["reason"].startswith("Pause on")
    whole = [
        {key: message[key] for key in ("method", "target", "body")} for message in messages if message["is_complete"]
    ]
    if name in differences["stricter"]:
        return Case(row["id"], differences["stricter"][name], data, [], "refused")
    if name in differences["taken"]:
        return Case(row["id"], differences["taken"][name], data, [{}], "any")
    if name in differences["otherBody"]:
        return Case(row["id"], differences["otherBody"][name], data, [], "skip")
    if is_pause:
        return Case(row["id"], "llhttp pauses", data, whole[:1], "more")
    if error and error["code"] == 5:
        return Case(row["id"], "bytes behind the last request", data, whole[:1], "closed")
    if error:
        return Case(row["id"], row["title"], data, [], "unexecuted")
    return Case(row["id"], row["title"], data, whole, "any")


def log_messages(log, data):
    """The messages of an event log; spans are taken from the bytes, as their text is escaped."""
    message = None
    for line in log:
        found = re.match(r"off=(\d+) (?:len=(\d+) span\[(\w+)\]|(.*))", line)
        offset = int(found[1])
        if found[4] == "message begin":
            if message:
                yield message
            message = {"method": "", "target": "", "body": "", "version": "", "is_complete": False, "version_end": 0}
        if message is None:
            continue
        if found[3]:
            key = {"url": "target"}.get(found[3], found[3])
            if key in message:
                message[key] += data[offset : offset + int(found[2])].decode("latin-1")
        elif found[4] == "version complete":
            message["version_end"] = offset
        elif found[4] == "message complete":
            message["is_complete"] = True
    if message:
        yield message


SUITES = {"core": core, "gunicorn": gunicorn, "llhttp": llhttp}


def load(suite):
    """The cases of a suite; those that ask a parser for what no server does are left out."""
    return [case for case in SUITES[suite]() if case.end != "skip"]
