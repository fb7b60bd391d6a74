// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A server in Python that wants `Digest` credentials, and checks them with hashlib, as RFC 7616 has it; a proxy too.
///
/// `/ALGORITHM/QOP/anything?option&option` wants the user `Mufasa`, or `Jäsøn Doe`, with the password `Circle of Life`. QOP is
/// `none` for RFC 2069. Options: `userhash`, `charset`, `uses=2` (then the nonce is stale), `nextnonce`, `other` (challenges that
/// nobody knows in front), `to=URL` (a redirect). It answers with the user, the nonce count, and the body's size. `/log` tells, and
/// forgets, what was asked on all ports: method, path, scheme of the credentials. Absolute targets and CONNECT want the same of a
/// proxy's user, by MD5.
public final class DigestServer {
    private let process: ChildProcess
    /// Where it listens, on 127.0.0.1.
    public let port: UInt16
    /// Another origin of the same.
    public let otherPort: UInt16

    /// Starts one.
    public init() throws {
        let python = Place.program("python3") ?? "python3"
        self.process = try ChildProcess([python, "-u", "-c", Self.script])
        let words = try self.process.line(with: "listens on").split(separator: " ").compactMap { UInt16($0) }
        self.port = words.first ?? 0
        self.otherPort = words.last ?? 0
    }

    private static let script = #"""
        import hashlib, os, re, socket, threading, urllib.parse
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        USERS = ["Mufasa", "J\u00e4s\u00f8n Doe"]
        PASSWORD = "Circle of Life"
        REALM = 'the "quoted" realm'
        HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
        lock, log, nonces = threading.Lock(), [], {}

        def quoted(text):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

        def parsed(value):
            scheme, _, rest = value.partition(" ")
            if scheme != "Digest":
                return {}
            found = re.findall(r'([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^ ,"]+))', rest)
            return {name: re.sub(r"\\(.)", r"\1", text) or word for name, text, word in found}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def body(self):
                if self.headers.get("Expect"):
                    self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                if self.headers.get("Transfer-Encoding") == "chunked":
                    whole = b""
                    while size := int(self.rfile.readline(), 16):
                        whole += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                    return whole
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def answer(self, status, text, *fields):
                text = text.encode()
                self.send_response_only(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            def challenge(self, status, algorithm, qop, options, stale):
                nonce = os.urandom(12).hex() + "/="
                with lock:
                    nonces[nonce] = set()
                field = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
                value = f'Digest realm={quoted(REALM)}, nonce="{nonce}", opaque="x\\"y", algorithm={algorithm}'
                if qop != "none":
                    value += f', qop="{qop}"'
                for name, word in [("userhash", "userhash=true"), ("charset", "charset=UTF-8")]:
                    if name in options:
                        value += ", " + word
                if stale:
                    value += ", stale=TRUE"
                fields = [(field, value)]
                if "other" in options:
                    first = 'Negotiate, Basic realm="a, b=c", Digest realm="x", nonce="y", algorithm=UNKNOWN, qop="auth"'
                    fields = [(field, first), (field, value)]
                self.answer(status, "who are you?", *fields)

            def user(self, given, algorithm, hashed):
                for user in USERS:
                    if hashed and given.get("userhash") == "true":
                        if given.get("username") == hashed(f"{user}:{REALM}".encode()):
                            return user
                    elif given.get("username*") == "UTF-8''" + urllib.parse.quote(user):
                        return user
                    elif given.get("username") in (user, user.encode().decode("latin-1")):
                        return user

            def check(self, given, algorithm, qop, options, target, body):
                """The user, or None; and whether only the nonce is too old."""
                name = algorithm.upper().removesuffix("-SESS")
                if name not in HASHES or not given:
                    return None, False
                hashed = lambda data: hashlib.new(HASHES[name], data).hexdigest()
                user = self.user(given, algorithm, hashed if "userhash" in options else None)
                # curl tells a proxy the path alone.
                targets = [target, urllib.parse.urlsplit(target).path] if target.startswith("http") else [target]
                if user is None or given.get("realm") != REALM or given.get("uri") not in targets:
                    return None, False
                if ("charset" in options and "userhash" not in options) != ("username*" in given) and not user.isascii():
                    return None, False
                if given.get("opaque") != 'x"y' or given.get("algorithm") != algorithm:
                    return None, False
                key = hashed(f"{user}:{REALM}:{PASSWORD}".encode())
                if algorithm.upper().endswith("-SESS"):
                    key = hashed(f"{key}:{given['nonce']}:{given['cnonce']}".encode())
                what = f"{self.command}:{given['uri']}"
                parts = [key, given["nonce"]]
                if qop != "none":
                    if given.get("qop") not in [word.strip() for word in qop.split(",")]:
                        return None, False
                    if not re.fullmatch("[0-9a-f]{8}", given.get("nc", "")):
                        return None, False
                    if given["qop"] == "auth-int":
                        what += ":" + hashed(body)
                    parts += [given["nc"], given["cnonce"], given["qop"]]
                elif "qop" in given or "nc" in given:
                    return None, False
                parts.append(hashed(what.encode()))
                if given.get("response") != hashed(":".join(parts).encode()):
                    return None, False
                with lock:
                    seen = nonces.get(given["nonce"])
                    count = int(given.get("nc", "0"), 16)
                    if seen is None or (qop != "none" and count in seen) or count > int(options.get("uses", ["99"])[0]):
                        return None, True
                    seen.add(count)
                return user, False

            def handle_any(self):
                body = self.body()
                is_proxied = self.command == "CONNECT" or self.path.startswith("http://")
                value = self.headers.get("Proxy-Authorization" if is_proxied else "Authorization", "")
                if self.path == "/log":
                    with lock:
                        text, log[:] = "\n".join(log), []
                    return self.answer(200, text)
                with lock:
                    log.append(f"{self.command} {self.path} {value.split(' ')[0] or '-'}")
                url = urllib.parse.urlsplit(self.path)
                options = urllib.parse.parse_qs(url.query, keep_blank_values=True)
                algorithm, qop = "MD5", "auth"
                if not is_proxied:
                    _, algorithm, qop, *_ = url.path.split("/")
                given = parsed(value)
                user, stale = self.check(given, algorithm, qop, options, self.path, body)
                if user is None:
                    return self.challenge(407 if is_proxied else 401, algorithm, qop, options, stale)
                if self.command == "CONNECT":
                    return self.tunnel()
                fields = []
                if "nextnonce" in options:
                    nonce = os.urandom(12).hex()
                    with lock:
                        nonces[nonce] = set()
                    fields.append(("Authentication-Info", f'qop=auth, nextnonce="{nonce}"'))
                if "to" in options:
                    return self.answer(307, "", ("Location", options["to"][0]), *fields)
                self.answer(200, f"{user} {int(given.get('nc', '0'), 16)} {len(body)}", *fields)

            do_GET = do_POST = do_PUT = do_HEAD = do_CONNECT = handle_any

            def tunnel(self):
                host, port = self.path.rsplit(":", 1)
                self.close_connection = True
                with socket.create_connection((host, int(port))) as server:
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    def copy(source, target):
                        try:
                            while piece := source.recv(65536):
                                target.sendall(piece)
                            target.shutdown(socket.SHUT_WR)
                        except OSError:
                            pass
                    back = threading.Thread(target=copy, args=(server, self.connection), daemon=True)
                    back.start()
                    copy(self.connection, server)
                    back.join()

        ThreadingHTTPServer.request_queue_size = 128
        servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
        # In one write: whoever waits for the line reads what is there of it.
        print("listens on {} {}".format(*(server.server_address[1] for server in servers)), flush=True)
        threading.Thread(target=servers[1].serve_forever, daemon=True).start()
        servers[0].serve_forever()

        """#
}
