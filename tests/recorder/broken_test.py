#!/usr/bin/env python3
"""What targets and browsers do wrong, by accident or on purpose: it is refused, or passed on so that
the other side knows."""
import hashlib
import json
import resource
import select
import unittest

import wire as w
from harness import MirrorCase

PLACES = 512


def few_descriptors():
    """As a shell gives them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, most), most))


class Broken(MirrorCase):
    how = {"setup": few_descriptors}

    def ask(self, path, version="1.1", wire=None):
        wire = wire or w.connect(self.recorder.port)
        wire.send(f"GET {path} HTTP/{version}\r\nHost: {self.host}\r\n\r\n".encode())
        return wire

    def answer_with(self, raw):
        """From /act the target sends these bytes and hangs up."""
        def act(conversation):
            conversation.send(raw)
            return False
        self.mirror.acts["/act"] = act

    # --- targets

    def test_target_that_breaks_off(self):
        for raw in (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            def act(conversation, raw=raw):
                conversation.send(raw)
                return False
            self.mirror.acts["/break"] = act
            wire = w.connect(self.recorder.port)
            wire.send(f"GET /break HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            _, headers = wire.head()
            with self.assertRaises((w.Lost, ValueError)):
                b"".join(wire.body(headers))
        def silent(conversation):
            return False
        self.mirror.acts["/silent"] = silent
        answer = self.exchange(self.recorder.port,
                               f"GET /silent HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n"), answer)

    def test_answer_that_ends_with_the_connection_is_whole_or_reset(self):
        self.answer_with(b"HTTP/1.1 200 OK\r\n\r\nall")
        wire = self.ask("/act", "1.0")
        with self.assertRaises(w.Lost):
            while True:
                wire.more()
        self.assertTrue(wire.data.endswith(b"\r\n\r\nall"))
        def cut(conversation):
            conversation.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of")
            self.mirror.gate("has half").wait(30)
            conversation.wire.reset()
            return False
        self.mirror.acts["/cut"] = cut
        self.answer_with(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhalf of\r\n")
        for path in ("/cut", "/act"):
            wire = self.ask(path, "1.0")
            with self.assertRaises(ConnectionResetError):
                while True:
                    wire.more()
                    if wire.data.endswith(b"half of"):
                        self.mirror.gate("has half").set()

    def test_lengths_that_could_be_read_in_two_ways(self):
        for lines in ("Content-Length: 3\r\nContent-Length: 4", "Content-Length: -3", "Content-Length: +3",
                      "Content-Length: 3, 3", "Content-Length: 99999999999999999999999"):
            self.answer_with(f"HTTP/1.1 200 OK\r\n{lines}\r\n\r\nabcd".encode())
            self.assertEqual(self.ask("/act").head()[0], "HTTP/1.1 502 Bad Gateway", lines)
        self.answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabcd")
        wire = self.ask("/act")
        first, headers = wire.head()
        self.assertEqual((first, w.headers_named(headers, "Content-Length")), ("HTTP/1.1 200 OK", ["3"]))
        self.assertEqual(wire.exactly(3), b"abc")
        self.assertIn("/x", json.loads(b"".join(wire.body(self.ask("/x", wire=wire).head()[1])))["first"])

    def test_no_header_hides_in_another(self):
        self.answer_with(b"HTTP/1.1 200 O\rK\r\nA: 1\rSet-Cookie: evil=1\r\nB : 2\r\nContent-Length: 0\r\n\r\n")
        wire = self.ask("/act")
        self.assertEqual(wire.until(b"\r\n\r\n"),
                         b"HTTP/1.1 200 O K\r\nA: 1 Set-Cookie: evil=1\r\nB: 2\r\nContent-Length: 0")
        def handshake(conversation):
            accept = w.accept_of(conversation.header("Sec-WebSocket-Key")).encode()
            conversation.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              b"A: 1\nSet-Cookie: evil=1\rB: 2\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            return False
        self.mirror.acts["/socket"] = handshake
        _, first, headers, _ = w.open_socket(self.recorder.port, "/socket")
        self.assertIn("101", first)
        self.assertEqual(w.header(headers, "A"), "1 Set-Cookie: evil=1 B: 2")
        self.assertIsNone(w.header(headers, "Set-Cookie"))

    def test_target_that_has_just_closed_a_kept_connection(self):
        """Whatever the next request is, it is answered: with a body that could not be sent again too."""
        def last(conversation):
            conversation.reflect()
            conversation.wire.more()  # the next request, unread
            return False
        self.mirror.acts["/last"] = last
        body = b"0123456789abcdef" * 40000
        for framing, sent in ((f"Content-Length: {len(body)}", body),
                              ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))):
            wire = self.ask("/last")
            b"".join(wire.body(wire.head()[1]))
            wire.send(f"POST /x HTTP/1.1\r\nHost: {self.host}\r\n{framing}\r\n\r\n".encode() + sent)
            first, headers = wire.head()
            told = json.loads(b"".join(wire.body(headers)))
            self.assertEqual((first, told["sha256"]), ("HTTP/1.1 200 OK", hashlib.sha256(body).hexdigest()))

    # --- browsers

    def test_smuggling_is_refused(self):
        for lines, status in ((["Content-Length: 3", "Transfer-Encoding: chunked"], 400),
                              (["Content-Length: 3", "Content-Length: 4"], 400), (["Content-Length: 3,3"], 400),
                              (["Content-Length: +3"], 400), (["Transfer-Encoding: identity"], 501),
                              (["Transfer-Encoding : chunked"], 400), (["A: 1\nB: 2"], 400),
                              (["Host: other"], 400), (["Cookie: " + "x" * (140 << 10)], 431)):
            head = "\r\n".join(["POST /smuggle HTTP/1.1", f"Host: {self.host}", *lines]) + "\r\n\r\nabc"
            answer = self.exchange(self.recorder.port, head.encode())
            self.assertEqual(answer.split(b" ")[1], b"%d" % status, (lines[0][:40], answer[:80]))
            self.assertEqual(answer.count(b"HTTP/1.1"), 1)

    def test_other_names_are_refused(self):
        for host in ("evil.example", f"evil.example:{self.recorder.port}", "127.0.0.1.evil.example"):
            answer = self.exchange(self.recorder.port, f"GET / HTTP/1.1\r\nHost: {host}\r\n"
                                                       "Connection: close\r\n\r\n".encode())
            self.assertTrue(answer.startswith(b"HTTP/1.1 421 "), answer)
        answer = self.exchange(self.recorder.port, f"GET http://evil.example/ HTTP/1.1\r\nHost: {self.host}\r\n"
                                                   "Connection: close\r\n\r\n".encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 421 "), answer)

    def test_own_paths(self):
        for method in ("GET", "POST"):
            answer = self.exchange(self.recorder.port, f"{method} /__stretto/mark?name=login HTTP/1.1\r\n"
                                                       f"Host: {self.host}\r\nConnection: close\r\n\r\n".encode())
            self.assertTrue(answer.startswith(b"HTTP/1.1 204 "), answer)
        self.recorder.wait_for("login")
        answer = self.exchange(self.recorder.port, f"GET /__stretto/x HTTP/1.1\r\nHost: {self.host}\r\n"
                                                   "Connection: close\r\n\r\n".encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 404 "), answer)

    def test_crowd(self):
        """Who rests has to go; when all are busy, one more is told so."""
        wires = {w.connect(self.recorder.port) for _ in range(PLACES + 1)}
        (gone, _, _) = select.select([wire.sock for wire in wires], [], [], 30)
        wires = {wire for wire in wires if wire.sock not in gone}
        self.assertEqual(len(wires), PLACES)
        def hold(conversation):
            self.mirror.gate("end of crowd").wait(60)
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.mirror.acts["/hold"] = hold
        for wire in wires:
            self.ask("/hold", wire=wire)
        with self.mirror.lock:
            self.mirror.arrived.wait_for(lambda: self.mirror.requests.count("/hold") == PLACES, 30)
        self.assertIn(b"503", self.rest(w.connect(self.recorder.port)))
        self.mirror.gate("end of crowd").set()
        for wire in wires:
            self.assertEqual(wire.head()[0], "HTTP/1.1 200 OK")


if __name__ == "__main__":
    unittest.main(verbosity=2)
