#!/usr/bin/env python3
"""The recorder as an HTTP proxy: what goes in comes out, both ways, as it comes."""
import gzip
import hashlib
import json
import unittest

import wire as w
from harness import SANITIZED, RecorderCase

BULK = (20 if SANITIZED else 200) << 20
PEAK_KB = 40 * 1024


class Http(RecorderCase):
    def ask(self, recorder, text, body=b"", wire=None):
        wire, first, headers = w.request(recorder.port, text, body, wire)
        return wire, first, headers, b"".join(wire.body(headers))

    def reflected(self, recorder, text, body=b"", wire=None):
        wire, first, headers, body = self.ask(recorder, text, body, wire)
        self.assertIn(" 200 ", first)
        return wire, json.loads(body)

    def test_methods_and_request_line_pass_as_written(self):
        recorder = self.record()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"):
            target = "/a/../b//c%2f?..&&e='\"|"
            _, told = self.reflected(recorder, f"{method} {target} HTTP/1.1\nHost: localhost\n")
            self.assertEqual(told["first"], f"{method} {target} HTTP/1.1")
            self.assertEqual(told["bytes"], 0)

    def test_headers_keep_order_case_and_repetition(self):
        recorder = self.record()
        host = f"127.0.0.1:{recorder.port}"
        _, told = self.reflected(
            recorder,
            f"POST /reflect HTTP/1.1\nHost: {host}\nX-One: 1\nx-TWO: 2\nX-One: 3\nX-Empty:\n"
            f"Origin: http://{host}\nReferer: http://{host}/page?x\nCookie: {'c' * 40000}\n"
            "Connection: keep-alive, X-Hop\nX-Hop: 1\nTE: trailers\nKeep-Alive: 5\n"
            "Content-Length: 3\nAccept-Language: \xe9\n", b"abc")
        self.assertEqual(told["headers"], [list(pair) for pair in (
            ("Host", f"127.0.0.1:{self.target_port}"), ("X-One", "1"), ("x-TWO", "2"), ("X-One", "3"),
            ("X-Empty", ""), ("Origin", self.target), ("Referer", self.target + "/page?x"),
            ("Cookie", "c" * 40000), ("TE", "trailers"), ("Content-Length", "3"), ("Accept-Language", "\xe9"),
            ("X-Forwarded-Host", host), ("X-Forwarded-Proto", "http"))])

    def test_base_path_is_put_in_front_and_not_recorded(self):
        recorder = self.record(path="/base")
        host = f"127.0.0.1:{recorder.port}"
        _, told = self.reflected(recorder, f"GET /x?y HTTP/1.1\nHost: {host}\nReferer: http://{host}/z\n")
        self.assertEqual(told["first"], "GET /base/x?y HTTP/1.1")
        self.assertIn(["Referer", self.target + "/base/z"], told["headers"])
        _, _, headers, _ = self.ask(recorder, f"GET /redirect HTTP/1.1\nHost: {host}\n")
        self.assertEqual(w.header(headers, "Location"), f"http://{host}/there?x=1")
        _, _, headers, _ = self.ask(recorder, f"GET /cookies HTTP/1.1\nHost: {host}\n")
        self.assertEqual(w.headers_named(headers, "Set-Cookie"), ["a=1; Path=/x; HttpOnly", "b=2"])
        self.assertEqual(w.headers_named(headers, "Vary"), ["a", "b"])
        self.assertEqual(w.header(headers, "X-Latin"), "caf\xe9")
        recorder.stop()
        self.assertEqual([step["url"] for step in recorder.steps()], ["/x?y", "/redirect", "/cookies"])

    def test_answers_without_a_body(self):
        recorder = self.record()
        wire, first, headers = w.request(recorder.port, "HEAD /head HTTP/1.1\nHost: localhost\n")
        self.assertEqual(w.headers_named(headers, "Content-Length"), ["1234"])
        for status in (204, 304):
            wire, first, headers = w.request(recorder.port, f"GET /status/{status} HTTP/1.1\nHost: localhost\n",
                                             wire=wire)
            self.assertIn(f" {status} ", first)
            self.assertEqual(w.header(headers, "ETag"), '"y"')
            self.assertEqual(w.header(headers, "Content-Length"), "777" if status == 304 else None)
        wire, first, headers = w.request(recorder.port, "HEAD /chunked HTTP/1.1\nHost: localhost\n", wire=wire)
        self.assertEqual(w.header(headers, "Transfer-Encoding"), "chunked")
        # the same connection still stands: no body was sent behind any of these
        _, told = self.reflected(recorder, "GET /reflect HTTP/1.1\nHost: localhost\n", wire=wire)
        self.assertEqual(told["bytes"], 0)

    def test_gzip_passes_as_it_is(self):
        recorder = self.record()
        _, _, headers, body = self.ask(recorder, "GET /gzip HTTP/1.1\nHost: localhost\nAccept-Encoding: gzip\n")
        self.assertEqual(w.header(headers, "Content-Encoding"), "gzip")
        self.assertEqual(body, gzip.compress(b"squeezed " * 100, mtime=0))

    def test_upstream_connection_is_kept(self):
        recorder = self.record()
        wire, first = self.reflected(recorder, "GET /reflect HTTP/1.1\nHost: localhost\n")
        _, second = self.reflected(recorder, "POST /reflect HTTP/1.1\nHost: localhost\nContent-Length: 2\n", b"ab",
                                   wire)
        self.assertEqual(first["connection"], second["connection"])

    def test_target_that_hangs_up_between_requests(self):
        recorder = self.record()
        for request in ("GET /reflect HTTP/1.1\nHost: localhost\n",
                        "POST /reflect HTTP/1.1\nHost: localhost\nContent-Length: 4\n",
                        "POST /reflect HTTP/1.1\nHost: localhost\nContent-Length: 0\n"):
            body = b"form" if "4" in request else b""
            wire, _ = self.reflected(recorder, "GET /last HTTP/1.1\nHost: localhost\n")
            _, told = self.reflected(recorder, request, body, wire)
            self.assertEqual(told["sha256"], hashlib.sha256(body).hexdigest())

    def test_event_stream_comes_event_by_event(self):
        recorder = self.record()
        wire, _, headers = w.request(recorder.port, "GET /events HTTP/1.1\nHost: localhost\n")
        events = wire.chunks()
        # the second event is sent only when the first one has arrived here
        self.assertEqual(next(events), b"data: one\n\n")
        self.ask(recorder, "GET /go/events HTTP/1.1\nHost: localhost\n")
        self.assertEqual(b"".join(events), b"data: two\n\n")

    def test_request_framing_is_kept(self):
        recorder = self.record()
        _, told = self.reflected(recorder, "POST /reflect HTTP/1.1\nHost: localhost\nContent-Length: 5\n", b"12345")
        self.assertIn(["Content-Length", "5"], told["headers"])
        self.assertNotIn("transfer-encoding", [name.lower() for name, _ in told["headers"]])
        _, told = self.reflected(
            recorder, "POST /reflect HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n",
            b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        self.assertEqual(told["sha256"], hashlib.sha256(b"abcde").hexdigest())
        self.assertIn(["Transfer-Encoding", "chunked"], told["headers"])
        recorder.stop()
        bodies = [step["datafile"] for step in recorder.steps()]
        self.assertEqual(bodies, ["session.log.post.0", "session.log.post.1"])
        self.assertEqual((recorder.script.parent / bodies[1]).read_bytes(), b"abcde")

    def test_expect_continue(self):
        recorder = self.record()
        wire = w.connect(recorder.port)
        wire.send(b"POST /reflect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        self.assertIn(" 100 ", wire.head()[0])
        wire.send(b"abcd")
        _, headers = wire.head()
        self.assertEqual(json.loads(b"".join(wire.body(headers)))["bytes"], 4)

    def test_download_in_flat_memory(self):
        recorder = self.record()
        wire, _, headers = w.request(recorder.port, f"GET /bulk?{BULK} HTTP/1.1\nHost: localhost\n")
        self.assertEqual(sum(len(piece) for piece in wire.body(headers)), BULK)
        if not SANITIZED:
            self.assertLess(recorder.peak_kb(), PEAK_KB)

    def test_upload_in_flat_memory(self):
        recorder = self.record()
        wire = w.connect(recorder.port)
        wire.send(b"POST /reflect HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % BULK)
        digest = hashlib.sha256()
        piece = bytes(range(256)) * 4096
        for _ in range(BULK // len(piece)):
            wire.send(piece)
            digest.update(piece)
        _, headers = wire.head()
        told = json.loads(b"".join(wire.body(headers)))
        self.assertEqual((told["bytes"], told["sha256"]), (BULK, digest.hexdigest()))
        if not SANITIZED:
            self.assertLess(recorder.peak_kb(), PEAK_KB)
        recorder.stop()
        self.assertEqual((recorder.script.parent / "session.log.post.0").stat().st_size, BULK)

    def test_broken_answer_is_broken_for_the_browser_too(self):
        recorder = self.record()
        wire, _, headers = w.request(recorder.port, "GET /break HTTP/1.1\nHost: localhost\n")
        with self.assertRaises(w.Lost):
            b"".join(wire.body(headers))
        recorder.wait_for("GET /break is not recorded: the target broke off its answer")

    def test_abandoned_request_is_let_go_and_not_recorded(self):
        recorder = self.record()
        wire = w.connect(recorder.port)
        wire.send(b"GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.ask(recorder, "GET /wait/asked HTTP/1.1\nHost: localhost\n")
        wire.close()
        self.ask(recorder, "GET /wait/left HTTP/1.1\nHost: localhost\n")
        recorder.wait_for("GET /hang is not recorded: the browser hung up")
        recorder.stop()
        self.assertNotIn("/hang", [step["url"] for step in recorder.steps()])

    def test_what_is_recorded_of_headers(self):
        recorder = self.record()
        self.ask(recorder, "POST /api HTTP/1.1\nHost: localhost\nCookie: secret=1\nAuthorization: Bearer secret\n"
                           "Accept: application/json\nContent-Type: application/json\nX-Csrf-Token: t\n"
                           "X-Requested-With: XMLHttpRequest\nX-Forwarded-For: 1\nContent-Length: 2\n", b"{}")
        self.ask(recorder, "GET /a.js HTTP/1.1\nHost: localhost\nAccept: */*\nX-Thing: 1\n")
        self.ask(recorder, "GET /favicon.ico HTTP/1.1\nHost: localhost\n")
        recorder.stop()
        post, get = recorder.steps()
        self.assertEqual(post["headers"], [
            "Authorization: Bearer ${env:APP_TOKEN}", "Accept: application/json",
            "Content-Type: application/json", "X-Csrf-Token: t", "X-Requested-With: XMLHttpRequest",
            "Cookie: secret=${env:COOKIE_SECRET}"])
        self.assertEqual(get["headers"], ["X-Thing: 1"])
        self.assertNotIn("Bearer secret", recorder.script.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
