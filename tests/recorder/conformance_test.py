#!/usr/bin/env python3
"""The same bytes directly and through the recorder: what arrives differs only as recorder/rewrite.h
lists it."""
import gzip
import hashlib
import json
import os
import socket
import threading
import unittest

import wire as w
from harness import SANITIZED, MirrorCase

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "upgrade"}
BULK = (20 if SANITIZED else 1024) << 20
PEAK_KB = 48 * 1024


def split(raw):
    """(first line, [header lines], the rest) of a message's bytes."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return lines[0], lines[1:], rest


def name_of(line):
    return line.partition(":")[0].lower()


def normal(line):
    """One space before a value, none behind it."""
    name, _, value = line.partition(":")
    value = value.strip(" \t")
    return f"{name}: {value}" if value else f"{name}:"


class Conformance(MirrorCase):
    def expected_lines(self, lines):
        """The request headers that the target is to see."""
        out = [f"Host: 127.0.0.1:{self.mirror.port}"]
        for line in lines:
            if name_of(line) in HOP_BY_HOP or name_of(line) == "host":
                continue
            out.append(normal(line))
        last = [line for line in out if name_of(line) == "expect"]
        out = [line for line in out if name_of(line) != "expect"]
        return out + [f"X-Forwarded-Host: {self.host}", "X-Forwarded-Proto: http"] + last

    def check_request(self, method="GET", target="/", lines=(), body=b""):
        head = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", *lines, "Connection: close"]
        raw = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
        told = []
        for port in (self.mirror.port, self.recorder.port):
            _, _, answer = split(self.exchange(port, raw))
            if "Expect: 100-continue" in lines:
                _, _, answer = split(answer)
            told.append(json.loads(answer) if method != "HEAD" else None)
        if method == "HEAD":
            return
        direct, through = told
        with self.subTest(method=method, target=target, lines=lines):
            self.assertEqual(through["first"], direct["first"])
            self.assertEqual(through["lines"], self.expected_lines(direct["lines"]))
            for what in ("bytes", "sha256", "trailers"):
                self.assertEqual(through[what], direct[what])

    def check_answer(self, raw, method="GET", change=lambda lines: lines, version="1.1"):
        """raw goes out of the target; change gives the header lines that differ."""
        def act(conversation):
            conversation.body()
            conversation.send(raw)
            return False
        self.mirror.acts["/answer"] = act
        ask = f"{method} /answer HTTP/{version}\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        direct = split(self.exchange(self.mirror.port, ask.encode()))
        through = split(self.exchange(self.recorder.port, ask.encode()))
        with self.subTest(raw=raw[:200], method=method):
            self.assertEqual(through[0], direct[0].replace("HTTP/1.0", "HTTP/1.1"))
            self.assertEqual(through[1], change([normal(line) for line in direct[1]])
                             + ["Connection: close"])
            self.assertEqual(through[2], direct[2])

    # --- requests

    def test_methods(self):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "MKCOL",
                       "REPORT", "M-SEARCH", "QUERY", "get", "X", "a!#$%&'*+-.^_`|~9", "A" * 200):
            self.check_request(method=method)
            self.check_request(method=method, lines=["Content-Length: 3"], body=b"abc")

    def test_targets(self):
        for target in ("/", "//", "///a//b/", "/../", "/a/../../b/./c", "/%2f%2F%00%zz", "/?", "/a?", "/?a=1&&b=&=c",
                       "/a?b?c", "/a;b=1,2", "/a#b", "/'\"|\\^`{}<>[]", "/\xe9\xff", "/" + "x" * 60000,
                       "/?q=" + "%20" * 9000, "/http://other/", "/a:80", "/~", "/*", "/__strett", "/x/__stretto/mark"):
            self.check_request(target=target)
        self.check_request(method="OPTIONS", target="*")

    def test_whole_urls(self):
        raw = f"GET http://{self.host}/a?b=http://c/ HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        told = json.loads(split(self.exchange(self.recorder.port, raw.encode()))[2])
        self.assertEqual(told["first"], "GET /a?b=http://c/ HTTP/1.1")

    def test_request_headers(self):
        names = ["Accept", "ACCEPT", "aCCept-Language", "X-Empty", "x_under", "X.Dot", "If-None-Match", "Priority",
                 "Sec-Fetch-Mode", "User-Agent", "Accept-Encoding", "DNT", "Range", "If-Range", "Authorization",
                 "Content-Type", "Date", "Via", "Forwarded", "X-Forwarded-For", "Max-Forwards", "Pragma", "Purpose",
                 "!#$%&'*+-.^_`|~", "0", "Trailer", "X" * 5000, "Cookie"]
        for name in names:
            for value in (" plain", "", " ", "\t tabs\t", "two  spaces", " caf\xe9 \xff", " ,,;=\"", " a:b: c", ";", "\xa0"):
                self.check_request(lines=[f"{name}:{value}"])
        self.check_request(lines=[f"{name}: {i}" for i in range(40) for name in ("X-A", "x-a", "X-B")])
        self.check_request(lines=["Cookie: " + "c" * 40000, "Cookie: second", "Accept: */*"])
        self.check_request(lines=[f"X-{i}: {i}" for i in range(1500)])
        self.check_request(lines=["TE: trailers", "X-After: 1"])

    def test_folded_header_is_joined(self):
        raw = f"GET / HTTP/1.1\r\nHost: {self.host}\r\nX-Fold: a\r\n\t b\r\n  c\r\nConnection: close\r\n\r\n"
        told = json.loads(split(self.exchange(self.recorder.port, raw.encode()))[2])
        self.assertIn("X-Fold: a b c", told["lines"])

    def test_request_bodies(self):
        for size in (0, 1, 2, 1000, 65535, 65536, 65537, 10 << 20):
            body = os.urandom(size)
            self.check_request("POST", lines=[f"Content-Length: {size}", "X-After: 1"], body=body)
            for piece in (size, 7777) if size else (1,):
                chunked = b"".join(w_chunk(body[i:i + piece]) for i in range(0, size, piece)) + b"0\r\n\r\n"
                self.check_request("POST", lines=["Transfer-Encoding: chunked", "X-After: 1"], body=chunked)
        self.check_request("GET", lines=["Content-Length: 3"], body=b"abc")
        self.check_request("DELETE", lines=["Content-Length: 3"], body=b"abc")
        self.check_request("POST", lines=[])

    def test_request_trailers(self):
        self.check_request("POST", lines=["Transfer-Encoding: chunked", "Trailer: X-Sum, X-Two"],
                           body=b"3;ext=1\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\n")

    def test_continue(self):
        self.check_request("POST", lines=["Expect: 100-continue", "Content-Length: 3", "X-After: 1"], body=b"abc")
        wire = w.connect(self.recorder.port)
        wire.send(f"POST / HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 3\r\n"
                  "Expect: 100-continue\r\n\r\n".encode())
        # the body is sent only when the target's own answer has come
        self.assertEqual(wire.head(), ("HTTP/1.1 100 Go On", [("X-Go", "on")]))
        wire.send(b"abc")
        _, headers = wire.head()
        self.assertEqual(json.loads(b"".join(wire.body(headers)))["bytes"], 3)

    def test_continue_refused(self):
        asked = []
        def act(conversation):
            asked.append(conversation.first)
            conversation.send(b"HTTP/1.1 417 Never\r\nContent-Length: 2\r\n\r\n")
            self.mirror.gate("never").wait(30)
            conversation.send(b"no")
            return False
        self.mirror.acts["/never"] = act
        wire = w.connect(self.recorder.port)
        wire.send(f"POST /never HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 3\r\n"
                  "Expect: 100-continue\r\n\r\n".encode())
        self.assertEqual(wire.head()[0], "HTTP/1.1 417 Never")
        self.mirror.gate("never").set()
        self.assertEqual(wire.exactly(2), b"no")
        self.assertEqual(self.rest(wire), b"")
        self.assertEqual(asked, ["POST /never HTTP/1.1"])

    # --- answers

    def test_status_lines(self):
        reasons = ["OK", "", "Odd  Reason", "caf\xe9", "1 2 3", ":)", "x" * 500]
        for status in range(200, 600):
            reason = reasons[status % len(reasons)]
            body = b"" if status in (204, 304) else b"body"
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            self.check_answer(f"HTTP/1.1 {status} {reason}\r\n{length}X: 1\r\n\r\n".encode("latin-1") + body)

    def test_answer_headers(self):
        lines = ["X-One: 1", "x-one: 2", "X-ONE:3", "Empty:", "Latin: caf\xe9", "Vary: a", "Vary: b", "Server: s",
                 "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Set-Cookie: a=1; HttpOnly", "Set-Cookie: b=2", "Date: twice",
                 "ETag: W/\"x\"", "Content-Type: text/html; charset=x", "Trailer: T", "WWW-Authenticate: Basic",
                 "Location: x", "Cache-Control: no-store", "Clear-Site-Data: \"*\"", "Long: " + "l" * 40000,
                 "Proxy-Authenticate: x", "Accept-Ranges: bytes"]
        self.check_answer("\r\n".join(["HTTP/1.1 200 OK", *lines, "Content-Length: 2"]).encode("latin-1")
                          + b"\r\n\r\nok")
        for line in lines:
            self.check_answer(f"HTTP/1.1 200 OK\r\n{line}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))

    def test_headers_that_change(self):
        own, here = self.target, f"http://{self.host}"
        for before, after in (
                (f"Location: {own}/x", f"Location: {here}/x"),
                (f"Content-Location: {own}/x", f"Content-Location: {here}/x"),
                (f"Refresh: 1; url={own}/x", f"Refresh: 1; url={here}/x"),
                (f"Link: <{own}/x>; rel=a, </y>", f"Link: <{here}/x>; rel=a, </y>"),
                (f"Access-Control-Allow-Origin: {own}", f"Access-Control-Allow-Origin: {here}"),
                (f"Content-Security-Policy: img-src {own}; upgrade-insecure-requests",
                 f"Content-Security-Policy: img-src {here}"),
                ("Set-Cookie: a=1; Secure; Domain=127.0.0.1", "Set-Cookie: a=1"),
                ("Strict-Transport-Security: max-age=1", None), ("Alt-Svc: h3", None),
                ("Keep-Alive: timeout=5", None), ("Connection: keep-alive", None)):
            self.check_answer(f"HTTP/1.1 200 OK\r\n{before}\r\nContent-Length: 0\r\n\r\n".encode(),
                              change=lambda _: ([after] if after else []) + ["Content-Length: 0"])

    def test_folded_answer_header(self):
        self.check_answer(b"HTTP/1.1 200 OK\r\nX-Fold: a\r\n  b\r\nContent-Length: 0\r\n\r\n",
                          change=lambda _: ["X-Fold: a b", "Content-Length: 0"])

    def test_bodies(self):
        chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n"
                   b"3;e=1\r\nabc\r\n01\r\nd\r\n0\r\nSum: 4\r\nsum-two: 5\r\n\r\n")
        self.check_answer(chunked)
        self.check_answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        for size in (0, 1, 65536, 10 << 20):
            self.check_answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + os.urandom(size))
        for coding in ("gzip", "br", "zstd", "x"):
            data = gzip.compress(b"x" * 1000) if coding == "gzip" else os.urandom(500)
            self.check_answer(f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(data)}\r\n\r\n"
                              .encode() + data)
        self.check_answer(b"HTTP/1.1 206 Part\r\nContent-Range: bytes 1-3/9\r\nContent-Length: 3\r\n\r\nabc")

    def test_answers_without_a_body(self):
        for line in ("Content-Length: 777", "Transfer-Encoding: chunked", "X: 1", "Content-Length: 0"):
            for status in (200, 204, 304, 404):
                self.check_answer(f"HTTP/1.1 {status} x\r\nETag: y\r\n{line}\r\n\r\n".encode(), method="HEAD")
        self.check_answer(b"HTTP/1.1 304 x\r\nContent-Length: 777\r\n\r\n")
        self.check_answer(b"HTTP/1.1 204 x\r\nX: 1\r\n\r\n")

    def test_body_until_the_end_is_chunked(self):
        for version in ("1.1", "1.0"):
            def act(conversation, version=version):
                conversation.send(f"HTTP/{version} 200 OK\r\nX: 1\r\n\r\nall of it".encode())
                return False
            self.mirror.acts["/end"] = act
            wire = w.connect(self.recorder.port)
            wire.send(f"GET /end HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            self.assertEqual(wire.head(), ("HTTP/1.1 200 OK", [("X", "1"), ("Transfer-Encoding", "chunked")]))
            self.assertEqual(wire.until(b"0\r\n\r\n"), b"9\r\nall of it\r\n")

    def test_old_browsers(self):
        """HTTP/1.0: no chunks, and the end of the connection is the end."""
        def chunks(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")
        self.mirror.acts["/chunks"] = chunks
        first, lines, body = split(self.exchange(self.recorder.port, b"GET /chunks HTTP/1.0\r\n\r\n"))
        self.assertEqual((lines, body), (["Connection: close"], b"abcd"))
        wire = w.connect(self.recorder.port)
        for _ in range(2):
            wire.send(b"GET /reflect HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            _, headers = wire.head()
            self.assertEqual(w.header(headers, "Connection"), "keep-alive")
            b"".join(wire.body(headers))

    def test_interim_answers(self):
        interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\nHTTP/1.1 102 Busy\r\n\r\n"
        def act(conversation):
            conversation.send(interim + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        self.mirror.acts["/hints"] = act
        ask = f"GET /hints HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode()
        self.assertEqual(self.exchange(self.recorder.port, ask),
                         interim + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        # an interim answer is passed on before the answer is there
        def late(conversation):
            conversation.send(interim)
            self.mirror.gate("seen").wait(30)
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.mirror.acts["/late"] = late
        wire = w.connect(self.recorder.port)
        wire.send(f"GET /late HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        self.assertEqual(wire.head()[0], "HTTP/1.1 103 Early Hints")
        self.mirror.gate("seen").set()
        wire.head()
        self.assertEqual(wire.head()[0], "HTTP/1.1 200 OK")

    # --- connections

    def test_keep_alive_and_pipelining(self):
        wire = w.connect(self.recorder.port)
        asked = "".join(f"POST /{i} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(str(i))}\r\n\r\n{i}"
                        for i in range(300))
        threading.Thread(target=wire.send, args=(asked.encode(),), daemon=True).start()
        for i in range(300):
            _, headers = wire.head()
            told = json.loads(b"".join(wire.body(headers)))
            self.assertEqual((told["first"], told["bytes"]), (f"POST /{i} HTTP/1.1", len(str(i))))

    def test_request_in_single_bytes(self):
        wire = w.connect(self.recorder.port)
        for byte in (f"POST /x HTTP/1.1\r\nHost: {self.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n0\r\nT: 1\r\n\r\n").encode():
            wire.send(bytes([byte]))
        _, headers = wire.head()
        told = json.loads(b"".join(wire.body(headers)))
        self.assertEqual((told["bytes"], told["trailers"]), (3, ["T: 1"]))

    def test_many_connections(self):
        wires = [w.connect(self.recorder.port) for _ in range(200)]
        for wire in wires:
            wire.send(f"GET /x HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        for wire in wires:
            self.assertEqual(wire.head()[0], "HTTP/1.1 200 OK")

    def test_events_pass_one_by_one(self):
        def act(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            for i in range(50):
                conversation.send(b"data: %d\n\n" % i)
                if not self.mirror.gate(f"event {i}").wait(30):
                    return False
            return False
        self.mirror.acts["/events"] = act
        wire = w.connect(self.recorder.port)
        wire.send(f"GET /events HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        wire.head()
        events = wire.chunks()
        for i in range(50):
            self.assertEqual(next(events), b"data: %d\n\n" % i)
            self.mirror.gate(f"event {i}").set()
        self.assertEqual(list(events), [])

    def test_request_body_passes_piece_by_piece(self):
        def act(conversation):
            for i in range(50):
                conversation.wire.exactly(1)
                self.mirror.gate(f"piece {i}").set()
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.mirror.acts["/pieces"] = act
        wire = w.connect(self.recorder.port)
        wire.send(f"POST /pieces HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 50\r\n\r\n".encode())
        for i in range(50):
            wire.send(b"x")
            self.assertTrue(self.mirror.gate(f"piece {i}").wait(30))
        self.assertEqual(wire.head()[0], "HTTP/1.1 200 OK")

    def test_both_ways_at_once(self):
        """A server that sends back what it reads, and a browser that reads only behind its own end."""
        size = 8 << 20
        def act(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for piece in conversation.wire.pieces(size):
                conversation.send(piece)
        self.mirror.acts["/echo"] = act
        wire = w.connect(self.recorder.port)
        data = os.urandom(size)
        head = f"POST /echo HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {size}\r\n\r\n".encode()
        threading.Thread(target=wire.send, args=(head + data,), daemon=True).start()
        _, headers = wire.head()
        self.assertEqual(hashlib.sha256(b"".join(wire.body(headers))).digest(), hashlib.sha256(data).digest())

    def test_early_answers(self):
        """The whole answer, before the body has ended; the target reads on, or does not."""
        for status, reads in ((200, True), (413, False), (200, False), (413, True)):
            def act(conversation, status=status, reads=reads):
                conversation.send(b"HTTP/1.1 %d Early\r\nContent-Length: 3\r\n\r\nyes" % status)
                if reads:
                    conversation.body()
                return False
            self.mirror.acts["/early"] = act
            wire = w.connect(self.recorder.port)
            wire.send(f"POST /early HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 1000000\r\n\r\nbegun".encode())
            self.assertEqual(wire.head()[0], f"HTTP/1.1 {status} Early")
            self.assertEqual(wire.exactly(3), b"yes")
            try:
                wire.send(b"x" * 999995)
            except OSError:
                self.assertFalse(reads and status == 200)

    def test_early_chunked_answer(self):
        def act(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n")
            self.mirror.gate("enough").wait(30)
            return False
        self.mirror.acts["/early-chunks"] = act
        wire = w.connect(self.recorder.port)
        wire.send(f"POST /early-chunks HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 10\r\n\r\nbegun".encode())
        wire.head()
        self.assertEqual(b"".join(wire.chunks()), b"yes")
        self.mirror.gate("enough").set()

    def test_browser_that_hangs_up_ends_the_transfer(self):
        def act(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            try:
                conversation.wire.more()
            except (w.Lost, OSError):
                self.mirror.gate("left").set()
            return False
        self.mirror.acts["/stream"] = act
        wire = w.connect(self.recorder.port)
        wire.send(f"GET /stream HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        wire.head()
        wire.exactly(6)
        wire.close()
        self.assertTrue(self.mirror.gate("left").wait(30))
        self.recorder.stop()
        step, = self.recorder.steps()
        self.assertEqual((step["url"], step["left"]), ("/stream", True))

    # --- memory

    def test_gigabytes_in_flat_memory(self):
        piece = bytes(range(256)) * 4096
        def act(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(BULK // len(piece)):
                conversation.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            conversation.send(b"0\r\n\r\n")
        def take(conversation):
            count = sum(len(part) for part in conversation.wire.pieces(int(conversation.header("Content-Length"))))
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%d" % (len(str(count)), count))
        self.mirror.acts["/down"] = act
        self.mirror.acts["/up"] = take
        wire = w.connect(self.recorder.port)
        wire.send(f"GET /down HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        wire.head()
        self.assertEqual(sum(len(part) for part in wire.chunks()), BULK)
        wire.send(f"PUT /up HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {BULK}\r\n\r\n".encode())
        for _ in range(BULK // len(piece)):
            wire.send(piece)
        _, headers = wire.head()
        self.assertEqual(int(b"".join(wire.body(headers))), BULK)
        if not SANITIZED:
            self.assertLess(self.recorder.peak_kb(), PEAK_KB)


def w_chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


if __name__ == "__main__":
    unittest.main(verbosity=2)
