#!/usr/bin/env python3
"""All the ways to a target: TLS with certificates of a private authority, for requests and WebSockets
alike, through proxies, over IPv6, to a Unix socket, over HTTP/2."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import wire as w
from harness import RECORD, RecorderCase
from mirror import Mirror

PROXY_WORDS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def echo(conversation):
    """A WebSocket that sends back what it hears."""
    key = conversation.header("Sec-WebSocket-Key")
    conversation.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Sec-WebSocket-Accept: " + w.accept_of(key).encode() + b"\r\n\r\n")
    while True:
        fin, opcode, payload, _ = conversation.wire.frame()
        conversation.send(w.frame(opcode, payload, fin))
        if opcode == w.CLOSE:
            return False


def refuse(conversation):
    """A page too large for any buffer."""
    conversation.send(b"HTTP/1.1 403 No\r\nX-Why: because\r\nContent-Length: %d\r\n\r\n" % (5 << 20) + b"n" * (5 << 20))


class Connector:
    """A forward proxy that knows CONNECT, and where every name leads."""

    def __init__(self, port):
        self.port_behind = port
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(w.Wire(sock),), daemon=True).start()

    def serve(self, wire):
        self.asked.append(self.open(wire))
        with wire.sock, socket.create_connection(("127.0.0.1", self.port_behind)) as behind:
            behind.sendall(wire.data)
            back = threading.Thread(target=self.pump, args=(behind, wire.sock), daemon=True)
            back.start()
            self.pump(wire.sock, behind)
            back.join()

    def open(self, wire):
        """What the client asks for, as HTTP would say it."""
        first, _ = wire.head()
        wire.send(b"HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n")
        return first

    @staticmethod
    def pump(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Socks(Connector):
    """The same, as SOCKS 5 says it (RFC 1928), with names."""

    def open(self, wire):
        _, methods = wire.exactly(2)
        wire.exactly(methods)
        wire.send(b"\x05\x00")
        wire.exactly(4)
        name = wire.exactly(wire.exactly(1)[0]).decode()
        port = int.from_bytes(wire.exactly(2), "big")
        wire.send(b"\x05\x00\x00\x01" + bytes(6))
        return f"CONNECT {name}:{port} HTTP/1.1"


class Reach(RecorderCase):
    @classmethod
    def setUpClass(cls):
        cls.folder_of_keys = tempfile.TemporaryDirectory()
        cls.make_certificates()
        cls.environment = {name: os.environ.pop(name) for name in PROXY_WORDS if name in os.environ}

    @classmethod
    def tearDownClass(cls):
        os.environ.update(cls.environment)
        cls.folder_of_keys.cleanup()

    @classmethod
    def key(cls, name):
        return os.path.join(cls.folder_of_keys.name, name)

    @classmethod
    def openssl(cls, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=cls.folder_of_keys.name)

    @classmethod
    def make_certificates(cls):
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        cls.openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
        with open(cls.key("names"), "w") as names:
            names.write("subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:app.test\n")
        for name in ("server", "client"):
            cls.openssl("req", *new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
            cls.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                        "-days", "2", "-extfile", "names", "-out", f"{name}.crt")
        with open(cls.key("both.pem"), "w") as both:
            for name in ("client.crt", "client.key"):
                both.write(pathlib.Path(cls.key(name)).read_text())

    def setUp(self):
        super().setUp()
        self.servers = []

    def tearDown(self):
        super().tearDown()
        for server in self.servers:
            server.close()
        for name in PROXY_WORDS:
            os.environ.pop(name, None)

    def server(self, tls=False, client=False, **options):
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.key("server.crt"), self.key("server.key"))
            if client:
                context.load_verify_locations(self.key("ca.crt"))
                context.verify_mode = ssl.CERT_REQUIRED
        server = Mirror(tls=context, **options)
        server.acts.update({"/echo": echo, "/refuse": refuse, "/base/echo": echo})
        self.servers.append(server)
        return server

    def to(self, target, *options):
        self.target = target
        return self.record(*options)

    def check_all(self, recorder, host=None):
        """A request, a WebSocket with a large message, and a refused one."""
        wire, first, headers = w.request(recorder.port, "POST /x HTTP/1.1\nHost: localhost\nContent-Length: 3\n", b"abc")
        self.assertEqual(first, "HTTP/1.1 200 OK")
        told = json.loads(b"".join(wire.body(headers)))
        self.assertEqual(told["sha256"], hashlib.sha256(b"abc").hexdigest())
        if host:
            self.assertEqual(told["lines"][0], f"Host: {host}")
        wire, first, headers, key = w.open_socket(recorder.port, "/echo")
        self.assertEqual(first, "HTTP/1.1 101 Switching Protocols")
        self.assertEqual(headers, [("Upgrade", "websocket"), ("Connection", "Upgrade"),
                                   ("Sec-WebSocket-Accept", w.accept_of(key))])
        payload = os.urandom(3 << 20)
        threading.Thread(target=wire.send, args=(w.frame(w.BINARY, payload, mask=True),), daemon=True).start()
        self.assertEqual(wire.frame(), (True, w.BINARY, payload, False))
        wire.send(w.frame(w.CLOSE, b"\x03\xe8", mask=True))
        self.assertEqual(wire.frame()[1], w.CLOSE)

    def check_refusal(self, recorder):
        wire, first, headers, _ = w.open_socket(recorder.port, "/refuse")
        self.assertEqual((first, headers[0]), ("HTTP/1.1 403 No", ("X-Why", "because")))
        self.assertEqual(sum(len(piece) for piece in wire.body(headers)), 5 << 20)
        _, first, _ = w.request(recorder.port, "GET /x HTTP/1.1\nHost: localhost\n", wire=wire)
        self.assertEqual(first, "HTTP/1.1 200 OK")

    def says(self, target, *options):
        """The one sentence of a recorder that does not begin, and its exit code."""
        done = subprocess.run([RECORD, target, "-o", os.path.join(self.folder.name, "x.log"), "--listen", "127.0.0.1:0",
                               *options], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.returncode, done.stderr

    def test_plain(self):
        server = self.server()
        recorder = self.to(f"http://127.0.0.1:{server.port}")
        self.check_refusal(recorder)
        self.check_all(recorder, f"127.0.0.1:{server.port}")

    def test_private_authority(self):
        server = self.server(tls=True)
        target = f"https://127.0.0.1:{server.port}"
        code, said = self.says(target)
        self.assertEqual(code, 1)
        self.assertIn("certificate", said)
        recorder = self.to(target, "--cacert", self.key("ca.crt"))
        self.check_refusal(recorder)
        self.check_all(recorder)

    def test_insecure(self):
        server = self.server(tls=True)
        self.check_all(self.to(f"https://127.0.0.1:{server.port}", "--insecure"))

    def test_wrong_name(self):
        server = self.server(tls=True)
        code, said = self.says(f"https://127.0.0.2:{server.port}", "--cacert", self.key("ca.crt"))
        self.assertEqual(code, 1, said)

    def test_client_certificate(self):
        server = self.server(tls=True, client=True)
        target = f"https://localhost:{server.port}"
        for files in (["--cert", self.key("client.crt"), "--key", self.key("client.key")], ["--cert", self.key("both.pem")]):
            recorder = self.to(target, "--overwrite", "--cacert", self.key("ca.crt"), *files)
            self.check_all(recorder)
            recorder.wait()

    def test_bad_files(self):
        for options, word in ((["--cacert", "/nowhere"], "--cacert /nowhere"),
                              (["--cert", "/nowhere"], "--cert /nowhere"),
                              (["--key", self.key("client.key")], "--key goes with --cert"),
                              (["--cert", self.key("client.crt")], "private key"),
                              (["--cert", self.key("client.crt"), "--key", self.key("server.key")], "--key")):
            code, said = self.says("https://127.0.0.1:1", *options)
            self.assertEqual(code, 2, said)
            self.assertIn(word, said)

    def test_ipv6(self):
        server = self.server(address=("::1", 0), family=socket.AF_INET6)
        self.check_all(self.to(f"http://[::1]:{server.port}"), f"[::1]:{server.port}")

    def test_unix_socket(self):
        path = os.path.join(self.folder.name, "app.sock")
        self.server(address=path, family=socket.AF_UNIX)
        recorder = self.to(f"unix:{path}")
        self.check_all(recorder, "localhost")
        recorder.wait()
        self.assertTrue(any(f"unix:{path}" in line for line in recorder.header()), recorder.header())
        recorder = self.to(f"unix:{path}:http://app.test/base", "--overwrite")
        wire, first, headers = w.request(recorder.port, "GET /x HTTP/1.1\nHost: localhost\n")
        told = json.loads(b"".join(wire.body(headers)))
        self.assertEqual((told["first"], told["lines"][0]), ("GET /base/x HTTP/1.1", "Host: app.test"))
        self.check_all(recorder, "app.test")
        code, said = self.says(f"unix:{path}.gone")
        self.assertEqual(code, 1, said)

    def test_proxies(self):
        """The name app.test exists only for the proxy."""
        for kind, scheme in ((Connector, "http"), (Socks, "socks5h")):
            for tls in (False, True):
                server = self.server(tls=tls)
                connector = kind(server.port)
                self.servers.append(connector)
                word = "all_proxy" if kind is Socks else "https_proxy" if tls else "http_proxy"
                os.environ[word] = f"{scheme}://127.0.0.1:{connector.port}"
                target = f"{'https' if tls else 'http'}://app.test:{server.port}"
                recorder = self.to(target, "--overwrite", "--cacert", self.key("ca.crt"))
                self.check_all(recorder, f"app.test:{server.port}")
                recorder.wait()
                self.assertEqual(set(connector.asked), {f"CONNECT app.test:{server.port} HTTP/1.1"})
                del os.environ[word]

    def test_loopback_needs_no_proxy(self):
        server = self.server()
        os.environ["http_proxy"] = os.environ["all_proxy"] = "http://127.0.0.1:1"
        self.check_all(self.to(f"http://localhost:{server.port}"))

    @unittest.skipUnless(shutil.which("node"), "node is missing")
    def test_http2(self):
        with self.http2_app() as port:
            self.check_http2(self.to(f"https://127.0.0.1:{port}", "--cacert", self.key("ca.crt")))

    @unittest.skipUnless(shutil.which("node"), "node is missing")
    def test_http2_and_nothing_else(self):
        with self.http2_app("only") as port:
            recorder = self.to(f"https://127.0.0.1:{port}", "--cacert", self.key("ca.crt"))
            self.check_events(recorder)
            _, first, _, _ = w.open_socket(recorder.port, "/none")
            self.assertTrue(first.startswith("HTTP/1.1 502") or first.startswith("HTTP/1.1 403"), first)

    @contextlib.contextmanager
    def http2_app(self, *words):
        script = pathlib.Path(__file__).resolve().parent / "http2_app.mjs"
        app = subprocess.Popen(["node", script, self.key("server.key"), self.key("server.crt"), *words],
                               stdout=subprocess.PIPE, text=True)
        try:
            yield int(app.stdout.readline())
        finally:
            app.kill()
            app.wait()
            app.stdout.close()

    def check_http2(self, recorder):
        size = 20 << 20
        body = os.urandom(size)
        for framing, sent in (
                (f"Content-Length: {size}", body),
                ("Transfer-Encoding: chunked", b"".join(b"%x\r\n%s\r\n" % (65536, body[i:i + 65536])
                                                        for i in range(0, size, 65536)) + b"0\r\n\r\n")):
            wire = w.connect(recorder.port)
            head = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nX-Case: Kept\r\n{framing}\r\n\r\n".encode()
            threading.Thread(target=wire.send, args=(head + sent,), daemon=True).start()
            first, headers = wire.head()
            self.assertTrue(first.startswith("HTTP/1.1 200"), first)
            self.assertEqual((w.header(headers, "x-version"), w.header(headers, "x-seen-case")), ("2.0", "Kept"))
            self.assertEqual(hashlib.sha256(b"".join(wire.body(headers))).digest(), hashlib.sha256(body).digest())
        self.check_events(recorder)
        wire, first, headers = w.request(recorder.port, "GET /trailers HTTP/1.1\nHost: localhost\n")
        self.assertEqual(wire.until(b"0\r\n"), b"4\r\nbody\r\n")
        self.assertEqual(wire.until(b"\r\n\r\n"), b"x-sum: 4")
        wire, first, headers, _ = w.open_socket(recorder.port, "/none")
        self.assertTrue(first.startswith("HTTP/1.1 426"), first)

    def check_events(self, recorder):
        wire, _, _ = w.request(recorder.port, "GET /events HTTP/1.1\nHost: localhost\n")
        events = wire.chunks()
        for i in range(20):
            self.assertEqual(next(events), b"data: %d\n\n" % i)
            w.request(recorder.port, f"GET /go/{i} HTTP/1.1\nHost: localhost\n")
        self.assertEqual(list(events), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
