// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A forward proxy in Python, for the user `user` with the password `secret`: tunnels by CONNECT, and plain requests.
public final class ForwardProxy {
    private let process: ChildProcess
    /// Where it listens, on 127.0.0.1.
    public let port: UInt16

    /// Starts one.
    public init() throws {
        let python = Place.program("python3") ?? "python3"
        self.process = try ChildProcess([python, "-u", "-c", Self.script])
        let words = try self.process.line(with: "listens on").split(separator: " ")
        self.port = words.last.flatMap { UInt16($0) } ?? 0
    }

    private static let script = """
        import base64, socket, threading, urllib.parse

        WANTED = "Basic " + base64.b64encode(b"user:secret").decode()

        def copy(source, target):
            try:
                while piece := source.recv(65536):
                    target.sendall(piece)
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        def serve(client):
            with client:
                head = b""
                while b"\\r\\n\\r\\n" not in head:
                    piece = client.recv(65536)
                    if not piece:
                        return
                    head += piece
                lines = head.decode("latin-1").split("\\r\\n")
                method, target, _ = lines[0].split(" ")
                fields = dict(line.split(": ", 1) for line in lines[1:] if line)
                if fields.get("Proxy-Authorization") != WANTED:
                    client.sendall(b"HTTP/1.1 407 Who Are You\\r\\nContent-Length: 0\\r\\n\\r\\n")
                    return
                url = urllib.parse.urlsplit("//" + target if method == "CONNECT" else target)
                with socket.create_connection((url.hostname, url.port)) as server:
                    if method == "CONNECT":
                        client.sendall(b"HTTP/1.1 200 Connection established\\r\\nX-Proxy: yes\\r\\n\\r\\n")
                    else:
                        kept = [line for line in lines[1:] if line and not line.startswith("Proxy-")]
                        request = [f"{method} {url.path} HTTP/1.1", *kept, "", ""]
                        server.sendall("\\r\\n".join(request).encode("latin-1"))
                    back = threading.Thread(target=copy, args=(server, client), daemon=True)
                    back.start()
                    copy(client, server)
                    back.join()

        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        # In one write: whoever waits for the line reads what is there of it.
        print(f"listens on {listener.getsockname()[1]}", flush=True)
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        """
}
