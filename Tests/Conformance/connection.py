# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT
"""One connection to the server under test: sends a case's bytes and checks what comes back."""

import json
import re
import select
import socket
import time

# Longer inputs may be cut off by a reset before their refusal can be read.
LONG = 16 * 1024
# How long a server is given to do what it must not do, in seconds.
PATIENCE = 0.2
PROBE = b"GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


class Mismatch(Exception):
    """The server did something else than the table says."""


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


class Connection:
    def __init__(self, address, timeout, any_refusal):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.deadline = time.monotonic() + timeout
        self.any_refusal = any_refusal
        self.input = b""
        self.has_ended = False
        self.was_reset = False

    def close(self):
        self.socket.close()

    def run(self, case, mode):
        self.is_long = len(case.data) > LONG
        self.send(case.data, mode)
        for expected in case.requests:
            self.expect_answer(expected)
        getattr(self, "expect_" + case.end)(case)

    # What may follow the answers.

    def expect_open(self, _):
        """The connection is in step: the next request is answered as that."""
        self.send(PROBE, "whole")
        self.expect_answer({"method": "GET", "target": "/probe", "body": ""})
        self.expect_end()

    def expect_closed(self, _):
        self.expect_end()

    def expect_waiting(self, _):
        if self.fill(PATIENCE):
            raise Mismatch(f"answered an incomplete request: {self.glimpse()}")
        if self.has_ended:
            raise Mismatch("closed on an incomplete request")
        self.end_sending()
        self.expect_no_success()

    def expect_refused(self, case):
        response = self.response("GET")
        if response is None:
            if self.any_refusal or (self.was_reset and self.is_long):
                return
            raise Mismatch("closed without an answer")
        if response.status < 400:
            raise Mismatch(f"executed: {response.status} {response.body[:120]!r}")
        if case.status and response.status != case.status and not self.any_refusal:
            raise Mismatch(f"answered {response.status}, not {case.status}")
        self.expect_end()

    def expect_unexecuted(self, case):
        """Refused, or not answered because the bytes stop early."""
        if self.fill(PATIENCE) or self.has_ended:
            self.expect_refused(case)
        else:
            self.expect_waiting(case)

    def expect_any(self, _):
        """No further success."""
        self.end_sending()
        self.expect_no_success()

    def expect_more(self, _):
        """What follows is nobody's business here."""

    def expect_no_success(self):
        while True:
            response = self.response("GET")
            if response is None:
                return
            if response.status < 400:
                raise Mismatch(f"executed one request too many: {response.body[:120]!r}")

    def expect_end(self):
        if self.input or self.fill(None):
            raise Mismatch(f"sent more than the table says: {self.glimpse()}")

    # Answers.

    def expect_answer(self, expected):
        response = self.response(expected.get("method", "GET"))
        if response is None:
            raise Mismatch("closed without an answer to a request that it must execute")
        if response.status != 200:
            raise Mismatch(f"answered {response.status} to a request that it must execute")
        if expected.get("method") == "HEAD" or not expected:
            return
        try:
            echo = json.loads(response.body)
        except ValueError as error:
            raise Mismatch(f"the answer is not JSON ({error}): {response.body[:120]!r}") from None
        self.compare(echo, expected)

    @staticmethod
    def compare(echo, expected):
        names = {"target": "uri"}
        for key in ("method", "target", "host", "body"):
            if key not in expected:
                continue
            # Tornado's request.host is 127.0.0.1 where the client named none.
            wanted = expected[key] or "127.0.0.1" if key == "host" else expected[key]
            if echo[names.get(key, key)] != wanted:
                raise Mismatch(f"{key} is {echo[names.get(key, key)]!r:.200}, not {wanted!r:.200}")
        if "version" in expected and not str(echo["v"]).endswith(expected["version"]):
            raise Mismatch(f"the version is {echo['v']!r}, not {expected['version']!r}")
        if "headers" in expected:
            pairs = [sorted([name.lower(), value] for name, value in one) for one in (echo["headers"], expected["headers"])]
            if pairs[0] != pairs[1]:
                raise Mismatch(f"the fields are {echo['headers']!r:.300}, not {expected['headers']!r:.300}")

    def response(self, method):
        """The next final answer; None if the connection ends first."""
        while True:
            head = self.until(b"\r\n\r\n")
            if head is None:
                return None
            lines = head.decode("latin-1").split("\r\n")
            status = re.fullmatch(r"HTTP/1\.[01] ([1-5]\d\d) [^\0-\x08\n-\x1f\x7f]*", lines[0])
            if not status:
                raise Mismatch(f"a malformed status line: {lines[0]!r}")
            headers = [self.field(line) for line in lines[1:-2]]
            status = int(status[1])
            if status >= 200:
                return Response(status, headers, self.body(method, status, dict(headers)))

    @staticmethod
    def field(line):
        found = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0-\x08\n-\x1f\x7f]*?)[ \t]*", line)
        if not found:
            raise Mismatch(f"a malformed field in the answer: {line!r}")
        return found[1].lower(), found[2]

    def body(self, method, status, headers):
        if method == "HEAD" or status in (204, 304):
            return b""
        if "transfer-encoding" in headers:
            if "content-length" in headers:
                raise Mismatch("both Transfer-Encoding and Content-Length in the answer")
            return self.chunks()
        if "content-length" in headers:
            return self.exactly(int(headers["content-length"]))
        while self.fill(None):
            pass
        body, self.input = self.input, b""
        return body

    def chunks(self):
        body = b""
        while True:
            line = self.until(b"\r\n")
            if line is None or not re.fullmatch(rb"[0-9a-fA-F]+\r\n", line):
                raise Mismatch(f"a malformed chunk in the answer: {line!r}")
            size = int(line, 16)
            piece = self.exactly(size + 2)
            if piece[-2:] != b"\r\n":
                raise Mismatch("a chunk of the answer is longer than its size")
            if size == 0:
                return body
            body += piece[:-2]

    # Bytes.

    def until(self, mark):
        while mark not in self.input:
            if not self.fill(None):
                if self.input:
                    raise Mismatch(f"the answer was cut off: {self.glimpse()}")
                return None
        end = self.input.index(mark) + len(mark)
        taken, self.input = self.input[:end], self.input[end:]
        return taken

    def exactly(self, count):
        while len(self.input) < count:
            if not self.fill(None):
                raise Mismatch("the answer's body was cut off")
        taken, self.input = self.input[:count], self.input[count:]
        return taken

    def fill(self, patience):
        """Reads more; False at the end, or when `patience` is over. Without patience the case's time is the limit."""
        if self.has_ended:
            return False
        limit = self.deadline - time.monotonic() if patience is None else patience
        if not select.select([self.socket], [], [], max(0, limit))[0]:
            if patience is None:
                raise Mismatch("neither answered nor closed in time")
            return False
        try:
            piece = self.socket.recv(65536)
        except ConnectionError:
            self.was_reset = True
            piece = b""
        self.input += piece
        self.has_ended = not piece
        return bool(piece)

    def send(self, data, mode):
        """Sends while the server takes it. A server that has refused or closed is not sent more."""
        size = len(data) if mode == "whole" else 1 if len(data) <= 4096 else 509
        for start in range(0, len(data), max(1, size)):
            rest = data[start : start + size]
            while rest and not self.has_ended:
                readable, writable, _ = select.select(
                    [self.socket], [self.socket], [], max(0, self.deadline - time.monotonic())
                )
                if readable:
                    self.fill(0)
                if not readable and not writable:
                    raise Mismatch("neither read nor closed in time")
                if re.search(rb"(?:^|\n)HTTP/1\.[01] [45]\d\d ", self.input):
                    return
                try:
                    rest = rest[self.socket.send(rest) :] if writable else rest
                except BlockingIOError:
                    pass
                except ConnectionError:
                    # What it answered before may still be there to read.
                    while self.fill(PATIENCE):
                        pass
                    self.was_reset = True
                    return

    def end_sending(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            # The server has closed and reset before.
            self.was_reset = True

    def glimpse(self):
        return repr(self.input[:160])
