#!/usr/bin/env python3
"""A server that says what it was asked, for the recorder's tests.  Prints its port.
With a certificate and a key as arguments it speaks TLS.

Nothing in it waits by the clock: what has to come later is let go by another request (/go/NAME)."""
import gzip
import hashlib
import json
import socketserver
import ssl
import sys
import threading
import urllib.parse
from collections import defaultdict

import wire as w

GATES = defaultdict(threading.Event)


def answer(status, headers, body=None):
    lines = [f"HTTP/1.1 {status} Whatever"] + [f"{name}: {value}" for name, value in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class Conversation(socketserver.BaseRequestHandler):
    def setup(self):
        self.wire = w.Wire(self.request)

    def handle(self):
        try:
            while self.one_request():
                pass
        except (w.Lost, OSError):
            pass

    def one_request(self):
        first, self.headers = self.wire.head()
        self.first = first
        self.method, self.target, _ = first.split(" ")
        path, _, self.query = self.target.partition("?")
        path = path.removeprefix("/base")
        name, _, self.rest = path.lstrip("/").partition("/")
        handler = getattr(self, "on_" + name, None) or self.on_reflect
        return handler() is not False

    def read_body(self):
        if w.header(self.headers, "Expect"):
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        digest, count = hashlib.sha256(), 0
        for piece in self.wire.body(self.headers):
            digest.update(piece)
            count += len(piece)
        return count, digest.hexdigest()

    def reply(self, status=200, headers=(), body=None):
        self.wire.send(answer(status, list(headers), body))

    def on_reflect(self):
        count, digest = self.read_body()
        told = {"first": self.first, "headers": self.headers, "bytes": count, "sha256": digest,
                "connection": self.client_address[1]}
        body = json.dumps(told).encode()
        self.reply(200, [("Content-Type", "application/json")], b"" if self.method == "HEAD" else body)

    def on_head(self):
        self.reply(200, [("Content-Length", "1234"), ("ETag", '"x"')])

    def on_chunked(self):
        """The head of a chunked answer: for HEAD requests."""
        self.reply(200, [("Transfer-Encoding", "chunked")])

    def on_status(self):
        status = int(self.rest)
        length = [("Content-Length", "777")] if status == 304 else []
        self.reply(status, [("ETag", '"y"')] + length, None if status in (204, 304) else b"")

    def on_cookies(self):
        self.reply(200, [("Set-Cookie", "a=1; Path=/base/x; Domain=127.0.0.1; Secure; HttpOnly"),
                         ("Set-Cookie", "b=2; SameSite=None; Secure"), ("Vary", "a"), ("Vary", "b"),
                         ("X-Latin", "caf\xe9")], b"ok")

    def on_redirect(self):
        host = w.header(self.headers, "Host")
        self.reply(302, [("Location", f"http://{host}/base/there?x=1")], b"")

    def on_gzip(self):
        self.reply(200, [("Content-Encoding", "gzip")], gzip.compress(b"squeezed " * 100, mtime=0))

    def on_events(self):
        """The second event is sent when somebody asks for /go/events."""
        self.reply(200, [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")])
        self.wire.send(chunk(b"data: one\n\n"))
        GATES["events"].wait()
        self.wire.send(chunk(b"data: two\n\n") + chunk(b""))

    def on_go(self):
        GATES[self.rest].set()
        self.reply(200, [], b"gone")

    def on_hang(self):
        """Never answers; tells by a gate that the client went."""
        GATES["asked"].set()
        try:
            self.wire.more()
        except (w.Lost, OSError):
            GATES["left"].set()
        return False

    def on_wait(self):
        GATES[self.rest].wait()
        self.reply(200, [], b"it happened")

    def on_last(self):
        """Hangs up on the next request of this connection unread, as a server does that has just
        given up an idle connection."""
        self.on_reflect()
        self.wire.more()
        return False

    def on_break(self):
        self.wire.send(answer(200, [("Content-Length", "100")]) + b"ten bytes.")
        return False

    def on_deny(self):
        self.reply(403, [("X-Why", "because"), ("Transfer-Encoding", "chunked")])
        self.wire.send(chunk(b"no soc") + chunk(b"kets here") + chunk(b""))

    def on_bulk(self):
        count = int(self.query)
        piece = b"0123456789abcdef" * 4096
        self.reply(200, [("Content-Length", str(count))])
        while count:
            self.wire.send(piece[:count])
            count -= min(count, len(piece))

    def on_page(self):
        body = gzip.compress(b'<html><head><base href="_w_0123456789abcdef/"></head></html>')
        self.reply(200, [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], body)

    def on_websocket(self):
        """Shiny's opening, then an echo."""
        self.switch()
        self.wire.send(w.frame(w.TEXT, b'{"config":{"workerId":"","sessionId":"5e551014c0ffee00","user":null}}'))
        self.echo()
        return False

    def on_echo(self):
        self.switch([("Sec-WebSocket-Protocol", "chat"), ("Set-Cookie", "ws=1; Secure"),
                     ("X-Request", json.dumps(self.headers))])
        self.echo()
        return False

    def on_first(self):
        """The first frame in one piece with the handshake's answer."""
        key = w.header(self.headers, "Sec-WebSocket-Key")
        self.wire.send(answer(101, [("Upgrade", "websocket"), ("Connection", "Upgrade"),
                                    ("Sec-WebSocket-Accept", w.accept_of(key))])
                       + w.frame(w.TEXT, b"first words"))
        self.echo()
        return False

    def on_bytes(self):
        """Whatever comes goes back, frame or not; what the query names is what was agreed on."""
        self.switch(self.agreed())
        while True:
            if not self.wire.data:
                self.wire.more()
            data, self.wire.data = self.wire.data, b""
            self.wire.send(data)

    def on_squeezed(self):
        """An echo that keeps RSV1: what a client compressed serves as well the other way."""
        self.switch(self.agreed())
        self.echo()
        return False

    def agreed(self):
        return [("Sec-WebSocket-Extensions", urllib.parse.unquote(self.query))] if self.query else []

    def on_bye(self):
        """Closes first: the close frame's payload is the query, in hexadecimal."""
        self.switch()
        self.wire.send(w.frame(w.CLOSE, bytes.fromhex(self.query)))
        self.wire.frame()
        return False

    def on_half(self):
        """Says no more at once, but goes on listening: lets go of the gate that the first message names."""
        self.switch()
        self.wire.end()
        GATES[self.wire.frame()[2].decode()].set()
        try:
            self.wire.more()
        except w.Lost:
            GATES["end"].set()
        return False

    def on_late(self):
        """Speaks when the client has said that it says no more."""
        self.switch()
        try:
            self.wire.more()
        except w.Lost:
            self.wire.send(w.frame(w.TEXT, b"late words"))
        return False

    def on_dead(self):
        """Lets go of a gate when the client's connection was reset."""
        self.switch()
        try:
            self.wire.more()
        except ConnectionResetError:
            GATES["reset"].set()
        return False

    def on_abort(self):
        """Resets the connection when it was spoken to."""
        self.switch()
        self.wire.frame()
        self.wire.reset()
        return False

    def on_cut(self):
        """Closes without a close frame, when it was spoken to."""
        self.switch()
        self.wire.frame()
        return False

    def switch(self, headers=()):
        key = w.header(self.headers, "Sec-WebSocket-Key")
        self.reply(101, [("Upgrade", "websocket"), ("Connection", "Upgrade"),
                         ("Sec-WebSocket-Accept", w.accept_of(key))] + list(headers))

    def echo(self):
        while True:
            fin, opcode, payload, masked = self.wire.frame()
            if not masked:
                raise w.Lost()
            self.wire.send(w.frame(w.PONG if opcode == w.PING else opcode, payload, fin))
            if opcode == w.CLOSE:
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Conversation) as server:
        if len(sys.argv) == 3:  # a certificate and its key
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
            server.socket = context.wrap_socket(server.socket, server_side=True,
                                                do_handshake_on_connect=False)
        print(server.server_address[1], flush=True)
        server.serve_forever()
