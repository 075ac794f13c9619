"""A server that keeps every byte: it tells what it was asked, or answers with bytes that the test
wrote.  In threads of the test's own process; over TCP, IPv6, a Unix socket or TLS."""
import hashlib
import json
import socket
import threading

import wire as w


class Mirror:
    """acts: path -> function(Conversation) that answers; all other paths are reflected."""

    def __init__(self, address=("127.0.0.1", 0), family=socket.AF_INET, tls=None):
        self.acts = {}
        self.gates = {}
        self.lock = threading.Lock()
        self.requests = []  # paths, as they came
        self.arrived = threading.Condition(self.lock)
        self.tls = tls
        self.ended = False
        self.open = []
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(address)
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1] if family != socket.AF_UNIX else None
        threading.Thread(target=self.accept, daemon=True).start()

    def gate(self, name):
        with self.lock:
            return self.gates.setdefault(name, threading.Event())

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.open.append(sock)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        try:
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            conversation = Conversation(self, sock)
            while conversation.one_request():
                pass
            if self.tls:
                sock.unwrap()
        except (w.Lost, OSError, ValueError):
            pass
        finally:
            sock.close()

    def close(self):
        self.listener.close()
        for gate in self.gates.values():
            gate.set()
        for sock in self.open:
            sock.close()


class Conversation:
    def __init__(self, mirror, sock):
        self.mirror = mirror
        self.wire = w.Wire(sock)
        self.sock = sock

    def one_request(self):
        self.raw = self.wire.until(b"\r\n\r\n")
        lines = self.raw.decode("latin-1").split("\r\n")
        self.first = lines[0]
        self.lines = lines[1:]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in self.lines]
        self.path = self.first.split(" ")[1].partition("?")[0]
        with self.mirror.lock:
            self.mirror.requests.append(self.path)
            self.mirror.arrived.notify_all()
        act = self.mirror.acts.get(self.path, Conversation.reflect)
        return act(self) is not False and self.header("Connection") != "close"

    def header(self, name):
        return w.header(self.headers, name)

    def send(self, data):
        self.sock.sendall(data)

    def body(self):
        """(length, sha256, trailers) of the request's body."""
        digest, count, trailers = hashlib.sha256(), 0, []
        if self.header("Expect"):
            self.send(b"HTTP/1.1 100 Go On\r\nX-Go: on\r\n\r\n")
        if (self.header("Transfer-Encoding") or "").lower() == "chunked":
            while size := int(self.wire.until(b"\r\n").partition(b";")[0], 16):
                digest.update(self.wire.exactly(size))
                count += size
                self.wire.exactly(2)
            while line := self.wire.until(b"\r\n"):
                trailers.append(line.decode("latin-1"))
        else:
            for piece in self.wire.pieces(int(self.header("Content-Length") or 0)):
                digest.update(piece)
                count += len(piece)
        return count, digest.hexdigest(), trailers

    def reflect(self):
        count, digest, trailers = self.body()
        told = {"first": self.first, "lines": self.lines, "bytes": count, "sha256": digest,
                "trailers": trailers}
        data = json.dumps(told).encode()
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data))
        if not self.first.startswith("HEAD "):
            self.send(data)
