# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT
"""The ideas of the Autobahn testsuite's cases, under its numbers, for an echo on the other side.

A case sends bytes and names what must come back: messages, pings and pongs, then how the connection ends. An end that is a
number is a close code that must come; "any" is a close or the end of the connection; a tuple of codes is one of them.
"""

import itertools
import os

from wire import BINARY, CLOSE, CONT, PING, PONG, TEXT


class Case:
    def __init__(self, number, send, expect=(), end=1000, chop=0):
        self.number, self.send, self.expect, self.end, self.chop = number, send, list(expect), end, chop


HELLO = "Hello-µ@ßöäüàá-UTF-8!!".encode()
GOODBYE = (CLOSE, b"\x03\xe8")
BAD = 1002


def framing():
    sizes = [0, 125, 126, 127, 128, 65535, 65536]
    for index, size in enumerate(sizes, 1):
        yield Case(f"1.1.{index}", [(TEXT, b"*" * size), GOODBYE], [("text", b"*" * size)])
        yield Case(f"1.2.{index}", [(BINARY, b"\xfe" * size), GOODBYE], [("binary", b"\xfe" * size)])
    yield Case("1.1.8", [(TEXT, b"*" * 65536), GOODBYE], [("text", b"*" * 65536)], chop=997)
    yield Case("1.2.8", [(BINARY, b"\xfe" * 65536), GOODBYE], [("binary", b"\xfe" * 65536)], chop=997)


def pings():
    payloads = [b"", b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125]
    for index, payload in enumerate(payloads, 1):
        yield Case(f"2.{index}", [(PING, payload), GOODBYE], [("pong", payload)])
    yield Case("2.5", [(PING, b"\xfe" * 126)], end=BAD)
    yield Case("2.6", [(PING, b"\xfe" * 125), GOODBYE], [("pong", b"\xfe" * 125)], chop=1)
    yield Case("2.7", [(PONG, b""), GOODBYE])
    yield Case("2.8", [(PONG, b"unsolicited"), GOODBYE])
    yield Case("2.9", [(PONG, b"unsolicited"), (PING, b"x"), GOODBYE], [("pong", b"x")])
    ten = [b"payload-%d" % n for n in range(10)]
    yield Case("2.10", [(PING, p) for p in ten] + [GOODBYE], [("pong", p) for p in ten])
    yield Case("2.11", [(PING, p) for p in ten] + [GOODBYE], [("pong", p) for p in ten], chop=1)


def reserved():
    bits = [1, 2, 3, 4, 5, 6, 7]
    yield Case("3.1", [(TEXT, HELLO, True, bits[0])], end=BAD)
    yield Case("3.2", [(TEXT, HELLO), (TEXT, HELLO, True, bits[1]), (PING, b"")], [("text", HELLO)], end=BAD)
    yield Case("3.3", [(TEXT, HELLO), (TEXT, HELLO, True, bits[2]), (PING, b"")], [("text", HELLO)], end=BAD, chop=7)
    yield Case("3.4", [(TEXT, HELLO), (TEXT, HELLO, True, bits[3]), (PING, b"")], [("text", HELLO)], end=BAD, chop=1)
    yield Case("3.5", [(BINARY, b"\0\xff", True, bits[4])], end=BAD)
    yield Case("3.6", [(PING, b"x", True, bits[5])], end=BAD)
    yield Case("3.7", [(CLOSE, b"", True, bits[6])], end=BAD)
    for index, opcode in enumerate([3, 4, 5, 6, 7], 1):
        before = [(TEXT, HELLO)] if index > 2 else []
        yield Case(f"4.1.{index}", before + [(opcode, b"x" if index % 2 == 0 else b""), (PING, b"")],
                   [("text", HELLO)] * len(before), end=BAD, chop=index - 1)
    for index, opcode in enumerate([11, 12, 13, 14, 15], 1):
        before = [(TEXT, HELLO)] if index > 2 else []
        yield Case(f"4.2.{index}", before + [(opcode, b"x" if index % 2 == 0 else b""), (PING, b"")],
                   [("text", HELLO)] * len(before), end=BAD, chop=index - 1)


def fragments():
    a, b = b"fragment1", b"fragment2"
    whole = [("text", a + b)]
    yield Case("5.1", [(PING, a, False), (CONT, b)], end=BAD)
    yield Case("5.2", [(PONG, a, False), (CONT, b)], end=BAD)
    for index, chop in ((3, 0), (4, 7), (5, 1)):
        yield Case(f"5.{index}", [(TEXT, a, False), (CONT, b), GOODBYE], whole, chop=chop)
    for index, chop in ((6, 0), (7, 7), (8, 1)):
        yield Case(f"5.{index}", [(TEXT, a, False), (PING, b"p"), (CONT, b), GOODBYE], [("pong", b"p")] + whole, chop=chop)
    for index, chop in ((9, 0), (10, 7), (11, 1)):
        yield Case(f"5.{index}", [(CONT, a), (TEXT, b)], end=BAD, chop=chop)
    for index, chop in ((12, 0), (13, 7), (14, 1)):
        yield Case(f"5.{index}", [(CONT, a, False), (TEXT, b)], end=BAD, chop=chop)
    yield Case("5.15", [(TEXT, a, False), (CONT, b), (CONT, a, False), (TEXT, b)], whole, end=BAD)
    yield Case("5.16", [(CONT, a, False), (TEXT, a, False), (CONT, b)], end=BAD)
    yield Case("5.17", [(CONT, a), (TEXT, a, False), (CONT, b)], end=BAD)
    yield Case("5.18", [(TEXT, a, False), (TEXT, b)], end=BAD)
    five = [(TEXT, a, False), (CONT, b, False), (PING, b"1"), (CONT, a, False), (CONT, b, False), (PING, b"2"), (CONT, a)]
    expect = [("pong", b"1"), ("pong", b"2"), ("text", a + b + a + b + a)]
    yield Case("5.19", five + [GOODBYE], expect)
    yield Case("5.20", five + [GOODBYE], expect, chop=1)


def texts():
    kosme = "κόσμε".encode()
    yield Case("6.1.1", [(TEXT, b""), GOODBYE], [("text", b"")])
    yield Case("6.1.2", [(TEXT, b"", False), (CONT, b"", False), (CONT, b""), GOODBYE], [("text", b"")])
    yield Case("6.1.3", [(TEXT, b"", False), (CONT, b"middle", False), (CONT, b""), GOODBYE], [("text", b"middle")])
    yield Case("6.2.1", [(TEXT, HELLO), GOODBYE], [("text", HELLO)])
    yield Case("6.2.2", [(TEXT, HELLO[:12], False), (CONT, HELLO[12:]), GOODBYE], [("text", HELLO)])
    def single(text):
        return [(TEXT, text[:1], False)] + [(CONT, text[n : n + 1], False) for n in range(1, len(text))] + [(CONT, b"")]

    yield Case("6.2.3", single(HELLO) + [GOODBYE], [("text", HELLO)])
    yield Case("6.2.4", single(kosme) + [GOODBYE], [("text", kosme)])
    bad = kosme + b"\xed\xa0\x80" + b"edited"
    yield Case("6.3.1", [(TEXT, bad)], end=1007)
    yield Case("6.3.2", single(bad), end=1007)
    # Fail fast: the rest never comes.
    yield Case("6.4.1", [(TEXT, kosme, False), (CONT, b"\xf4\x90\x80\x80", False)], end=1007)
    yield Case("6.4.2", [(TEXT, kosme + b"\xf4", False), (CONT, b"\x90", False)], end=1007)
    yield Case("6.4.3", [("partial", (TEXT, kosme + b"\xf4\x90\x80\x80edited"), 6 + len(kosme) + 4)], end=1007)
    yield Case("6.4.4", [("partial", (TEXT, kosme + b"\xf4\x90\x80\x80edited"), 6 + len(kosme) + 2)], end=1007)
    for number, text in valid_texts():
        yield Case(number, [(TEXT, text), GOODBYE], [("text", text)])
    for number, text in invalid_texts():
        yield Case(number, [(TEXT, text)], end=1007)


def valid_texts():
    yield from zip((f"6.5.{n}" for n in itertools.count(1)), ["κόσμε".encode(), "Οὐχὶ ταὐτὰ παρίσταταί μοι".encode(), "いろはにほへとちりぬるを".encode()])
    good = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF, 0xD7FF, 0xE000, 0xFFFD, 0xFFFE, 0x1FFFE, 0x1FFFF, 0x2FFFE, 0x3FFFE,
            0x4FFFE, 0x8FFFF, 0xEFFFE, 0xFFFFF]
    for index, value in enumerate(good, 1):
        yield f"6.7.{index}", chr(value).encode()
        yield f"6.9.{index}", b"abcdefgh" + chr(value).encode() + b"ijkl"


def invalid_texts():
    bad = [b"\xce", b"\xce\xba\xe1", b"\xce\xba\xe1\xbd", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xf7\xbf\xbf\xbf",
           b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xf4\x90\x80\x80", b"\x80", b"\xbf", b"\x80\xbf",
           b"\x80\xbf\x80\xbf\x80\xbf", bytes(range(0x80, 0xC0)), b"\xc0 \xc1 \xc2 ", b"\xe0 \xe1 ", b"\xf0 \xf1 ", b"\xf8 \xf9 ",
           b"\xfc \xfd ", b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfe", b"\xff",
           b"\xfe\xfe\xff\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf",
           b"\xf0\x8f\xbf\xbf", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80",
           b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf"]
    for index, text in enumerate(bad, 1):
        yield f"6.10.{index}", text
        yield f"6.11.{index}", b"text before " + text + (b" and behind" if index > 3 else b"")


def closes():
    yield Case("7.1.1", [(TEXT, b"Hello World!"), GOODBYE], [("text", b"Hello World!")])
    yield Case("7.1.2", [GOODBYE, GOODBYE])
    yield Case("7.1.3", [GOODBYE, (PING, b"late")])
    yield Case("7.1.4", [GOODBYE, (TEXT, b"late")])
    yield Case("7.1.5", [(TEXT, b"fragment1", False), GOODBYE, (CONT, b"fragment2")])
    yield Case("7.1.6", [(TEXT, b"BAsd7&jh23" * 26 * 1024), (TEXT, b"Hello World!"), GOODBYE, (PING, b"")],
               [("text", b"BAsd7&jh23" * 26 * 1024), ("text", b"Hello World!")])
    yield Case("7.3.1", [(CLOSE, b"")], end=1005)
    yield Case("7.3.2", [(CLOSE, b"a")], end=BAD)
    yield Case("7.3.3", [(CLOSE, b"\x03\xe8")])
    yield Case("7.3.4", [(CLOSE, b"\x03\xe8Hello World!")])
    yield Case("7.3.5", [(CLOSE, b"\x03\xe8" + b"*" * 123)])
    yield Case("7.3.6", [(CLOSE, b"\x03\xe8" + b"*" * 124)], end=BAD)
    yield Case("7.5.1", [(CLOSE, b"\x03\xe8\xce\xba\xed\xa0\x80")], end=1007)
    good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
    for index, code in enumerate(good, 1):
        yield Case(f"7.7.{index}", [(CLOSE, code.to_bytes(2, "big"))], end=code)
    for index, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535], 1):
        section = "7.9" if index < 10 else "7.13"
        yield Case(f"{section}.{index}", [(CLOSE, code.to_bytes(2, "big"))], end=BAD)


def limits():
    for index, size in enumerate([64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20], 1):
        text, data = b"*" * size, os.urandom(1 << 16) * (size >> 16)
        yield Case(f"9.1.{index}", [(TEXT, text), GOODBYE], [("text", text)])
        yield Case(f"9.2.{index}", [(BINARY, data), GOODBYE], [("binary", data)])
    for index, piece in enumerate([64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20], 1):
        size = 4 << 20 if piece >= 1024 else 1 << 20
        data = os.urandom(size)
        parts = [(BINARY if n == 0 else CONT, data[n : n + piece], n + piece >= size) for n in range(0, size, piece)]
        yield Case(f"9.4.{index}", parts + [GOODBYE], [("binary", data)])
        text = b"x" * size
        parts = [(TEXT if n == 0 else CONT, text[n : n + piece], n + piece >= size) for n in range(0, size, piece)]
        yield Case(f"9.3.{index}", parts + [GOODBYE], [("text", text)])
    for index, chop in enumerate([64, 128, 256, 512, 1024, 2048], 1):
        yield Case(f"9.5.{index}", [(TEXT, b"*" * (1 << 20)), GOODBYE], [("text", b"*" * (1 << 20))], chop=chop)
        data = os.urandom(1 << 20)
        yield Case(f"9.6.{index}", [(BINARY, data), GOODBYE], [("binary", data)], chop=chop)
    for index, size in enumerate([0, 16, 64, 256, 1024, 4096], 1):
        yield Case(f"9.7.{index}", [(TEXT, b"*" * size)] * 1000 + [GOODBYE], [("text", b"*" * size)] * 1000)
        yield Case(f"9.8.{index}", [(BINARY, b"\xfe" * size)] * 1000 + [GOODBYE], [("binary", b"\xfe" * size)] * 1000)


def autofragment():
    size = 65536
    parts = [(TEXT if n == 0 else CONT, b"*" * 1300, False) for n in range(size // 1300)]
    rest = size - 1300 * len(parts)
    yield Case("10.1.1", parts + [(CONT, b"*" * rest), GOODBYE], [("text", b"*" * size)])


GROUPS = {
    "1 framing": framing, "2 pings and pongs": pings, "3, 4 reserved bits and opcodes": reserved, "5 fragmentation": fragments,
    "6 UTF-8": texts, "7 closing": closes, "9 limits and performance": limits, "10 auto-fragmentation": autofragment,
}


def deflated():
    """(number, extension field, messages, fragment size): sections 12 and 13."""
    sizes = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]
    for section, fill in ((1, json_like), (2, lambda n: os.urandom(n)), (3, lambda n: b"\0" * n)):
        for index, size in enumerate(sizes, 1):
            yield f"12.{section}.{index}", "permessage-deflate; client_max_window_bits", [fill(size)] * 20, 0
    offers = [
        "permessage-deflate", "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover; server_max_window_bits=9",
        "permessage-deflate; client_max_window_bits=9; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate; client_no_context_takeover, permessage-deflate",
    ]
    for section, offer in enumerate(offers, 1):
        for index, size in enumerate(sizes, 1):
            yield f"13.{section}.{index}", offer, [json_like(size)] * 20, 0 if index % 2 else max(size // 5, 1)


def json_like(size):
    text, n = b"", 0
    while len(text) < size:
        text += b'{"id": %d, "name": "user %d", "tags": ["a", "b"]},\n' % (n, n * 7919 % 1000)
        n += 1
    return text[:size]
