# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT
"""WebSocket frames over plain sockets, with every mistake that can be made in them."""

import base64
import hashlib
import os
import socket
import struct
import time
import zlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Mismatch(Exception):
    """The other side did something else than the case says."""


def masked(mask, payload):
    if not payload:
        return b""
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x01\x02\x03\x04"):
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask is not None else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", len(payload))
    return head + payload if mask is None else head + mask + masked(mask, payload)


class Peer:
    """One WebSocket, client's or server's side, after its handshake."""

    def __init__(self, sock, is_client, rest=b""):
        self.sock = sock
        self.mask = b"\x0a\x0b\x0c\x0d" if is_client else None
        self.input = rest
        self.deflate = None
        self.answer = {}

    @classmethod
    def connect(cls, address, path, fields=(), timeout=10.0):
        sock = socket.create_connection(address, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", f"Host: {address[0]}:{address[1]}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Key: " + key.decode(), "Sec-WebSocket-Version: 13", *fields]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        peer = cls(sock, True)
        head = peer.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        peer.answer = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:-2])}
        if not head[0].startswith("HTTP/1.1 101 "):
            raise Mismatch(f"no handshake: {head[0]}")
        wanted = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        if peer.answer.get("sec-websocket-accept") != wanted:
            raise Mismatch(f"the accept value is {peer.answer.get('sec-websocket-accept')}")
        return peer

    @classmethod
    def accept(cls, listener, extensions=None, timeout=10.0):
        listener.settimeout(timeout)
        sock, _ = listener.accept()
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = cls(sock, False)
        head = peer.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:-2])}
        accept = base64.b64encode(hashlib.sha1(fields["sec-websocket-key"].encode() + GUID).digest()).decode()
        text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += f"Sec-WebSocket-Accept: {accept}\r\n"
        if extensions:
            text += f"Sec-WebSocket-Extensions: {extensions}\r\n"
        sock.sendall(text.encode() + b"\r\n")
        peer.answer = fields
        return peer

    def close(self):
        self.sock.close()

    def send(self, data, chop=0, pause=0.0):
        try:
            if not chop:
                return self.sock.sendall(data)
            for start in range(0, len(data), chop):
                self.sock.sendall(data[start : start + chop])
                if pause:
                    time.sleep(pause)
        except OSError:
            pass  # What the other side says of it is still to be read.

    def frame(self, opcode, payload=b"", fin=True, rsv=0):
        return frame(opcode, payload, fin, rsv, self.mask)

    def fill(self):
        try:
            data = self.sock.recv(1 << 20)
        except TimeoutError:
            raise Mismatch(f"silence after {self.input[:40]!r}") from None
        except ConnectionError:
            data = b""
        self.input += data
        return bool(data)

    def until(self, mark):
        while mark not in self.input:
            if not self.fill():
                raise Mismatch(f"the end came before {mark!r}, after {self.input[:80]!r}")
        head, _, self.input = self.input.partition(mark)
        return head + mark

    def exactly(self, size):
        parts, have = [self.input], len(self.input)
        while have < size:
            self.input = b""
            if not self.fill():
                return None
            parts.append(self.input)
            have += len(self.input)
        data = b"".join(parts)
        self.input = data[size:]
        return data[:size]

    def next(self):
        """(opcode, payload, final, rsv) or None at the end."""
        head = self.exactly(2)
        if head is None:
            return None
        size = head[1] & 127
        if size >= 126:
            more = self.exactly(2 if size == 126 else 8)
            size = int.from_bytes(more or b"", "big")
        mask = self.exactly(4) if head[1] & 128 else None
        if (mask is None) != (self.mask is not None):
            raise Mismatch("the frame is masked" if mask else "the frame is not masked")
        payload = self.exactly(size)
        if payload is None:
            return None
        if mask:
            payload = masked(mask, payload)
        return head[0] & 15, payload, bool(head[0] & 128), head[0] >> 4 & 7

    def events(self):
        """Messages and control frames until the end, the last ("closed", code) or ("dropped", None)."""
        message, opcode, packed = b"", None, False
        while True:
            got = self.next()
            if got is None:
                yield "dropped", None
                return
            kind, payload, fin, rsv = got
            if kind == CLOSE:
                yield "closed", int.from_bytes(payload[:2], "big") if payload else 1005
                return
            if kind in (PING, PONG):
                yield ("ping" if kind == PING else "pong"), payload
                continue
            if kind != CONT:
                opcode, packed, message = kind, bool(rsv & 4), b""
            message += payload
            if fin:
                if packed:
                    message = self.inflate(message)
                yield ("text" if opcode == TEXT else "binary"), message

    def inflate(self, data):
        if self.deflate is None:
            raise Mismatch("a compressed message, which was not agreed on")
        return self.deflate.inflate(data)


class Deflate:
    """permessage-deflate of one side."""

    def __init__(self, own_bits=15, own_takeover=True, peer_bits=15, peer_takeover=True):
        self.own_bits, self.own_takeover = max(own_bits, 9), own_takeover
        self.peer_bits, self.peer_takeover = max(peer_bits, 9), peer_takeover
        self.packer = self.unpacker = None

    def deflate(self, data):
        if self.packer is None or not self.own_takeover:
            self.packer = zlib.compressobj(6, zlib.DEFLATED, -self.own_bits)
        out = self.packer.compress(data) + self.packer.flush(zlib.Z_SYNC_FLUSH)
        return out[:-4] if out.endswith(b"\0\0\xff\xff") else out

    def inflate(self, data):
        if self.unpacker is None or not self.peer_takeover:
            self.unpacker = zlib.decompressobj(-self.peer_bits)
        return self.unpacker.decompress(data + b"\0\0\xff\xff")
