#!/usr/bin/env python3
"""The recorder between the ends of WebSockets: bytes pass as they are, messages become steps."""
import base64
import json
import unittest

import wire as w
from harness import RecorderCase


class Socket(RecorderCase):
    def open(self, recorder, path="/echo/", extra=""):
        wire, first, headers, key = w.open_socket(recorder.port, path, extra)
        self.assertIn(" 101 ", first)
        self.assertEqual(w.header(headers, "Sec-WebSocket-Accept"), w.accept_of(key))
        self.assertIn("upgrade", w.header(headers, "Connection").lower())
        self.assertEqual([value.lower() for value in w.headers_named(headers, "Upgrade")], ["websocket"])
        return wire, headers

    def echo(self, wire, opcode, payload, fin=True):
        wire.send(w.frame(opcode, payload, fin, mask=True))
        self.assertEqual(wire.frame(), (fin, opcode, payload, False))

    def close(self, wire, payload=b"\x03\xe8bye"):
        wire.send(w.frame(w.CLOSE, payload, mask=True))
        self.assertEqual(wire.frame(), (True, w.CLOSE, payload, False))
        wire.close()

    def messages(self, recorder):
        return [(step["type"], step.get("message")) for step in recorder.steps()]

    def test_handshake_passes_what_matters(self):
        recorder = self.record()
        host = f"127.0.0.1:{recorder.port}"
        wire, headers = self.open(recorder, extra="Sec-WebSocket-Extensions: permessage-deflate\n"
                                                  f"Sec-WebSocket-Protocol: chat\nOrigin: http://{host}\n"
                                                  "Cookie: a=1\n")
        self.assertEqual(w.header(headers, "Sec-WebSocket-Protocol"), "chat")
        self.assertEqual(w.header(headers, "Set-Cookie"), "ws=1")
        told = json.loads(w.header(headers, "X-Request"))
        self.assertEqual(w.header(told, "Host"), f"127.0.0.1:{self.target_port}")
        self.assertEqual(w.header(told, "Origin"), self.target)
        self.assertEqual(w.header(told, "Cookie"), "a=1")
        self.assertIsNone(w.header(told, "Sec-WebSocket-Extensions"))
        self.close(wire)

    def test_frames_pass_and_become_messages(self):
        recorder = self.record()
        wire, _ = self.open(recorder)
        self.echo(wire, w.TEXT, "grüße 𝄞 \u2028".encode())
        self.echo(wire, w.TEXT, b"in ", fin=False)
        wire.send(w.frame(w.PING, b"?", mask=True))
        self.assertEqual(wire.frame(), (True, w.PONG, b"?", False))
        self.echo(wire, w.CONTINUATION, b"two parts")
        self.echo(wire, w.TEXT, b"")
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder), [("WS_OPEN", None)] + [
            (kind, text) for text in ("grüße 𝄞 \u2028", "in two parts", "")
            for kind in ("WS_SEND", "WS_RECV")] + [("WS_CLOSE", None)])
        self.assertEqual(recorder.header()[0], "# version: 1")

    def test_large_and_binary_frames(self):
        recorder = self.record()
        wire, _ = self.open(recorder)
        payload = bytes(range(256)) * 4096
        wire.send(w.frame(w.BINARY, payload, mask=True))
        self.assertEqual(wire.frame(), (True, w.BINARY, payload, False))
        self.close(wire, b"")
        self.assertEqual(recorder.wait(), 0)
        sent = recorder.steps()[1]
        self.assertEqual(base64.b64decode(sent["message_base64"]), payload)
        self.assertEqual(recorder.header()[0], "# version: 2")

    def test_several_sockets_are_numbered(self):
        recorder = self.record()
        first, _ = self.open(recorder)
        second, _ = self.open(recorder)
        self.echo(second, w.TEXT, b"to the second")
        self.close(first)
        self.close(second)
        self.assertEqual(recorder.wait(), 0)
        numbers = [(step["type"], step.get("socket", 0)) for step in recorder.steps()]
        self.assertEqual(numbers, [("WS_OPEN", 0), ("WS_OPEN", 1), ("WS_SEND", 1), ("WS_RECV", 1),
                                   ("WS_CLOSE", 0), ("WS_CLOSE", 1)])

    def test_shiny_values_become_placeholders(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/websocket/")
        self.assertIn(b"5e551014c0ffee00", wire.frame()[2])
        self.echo(wire, w.TEXT, b'{"method":"update","data":{"id":"5e551014c0ffee00"}}')
        self.echo(wire, w.TEXT, b'{"busy":"busy"}')
        post, _, headers = w.request(
            recorder.port,
            "POST /session/5e551014c0ffee00/dataobj/t?w=&nonce=1 HTTP/1.1\nHost: p\nContent-Length: 1\n", b"x")
        b"".join(post.body(headers))  # the step is written before the last byte comes
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        steps = recorder.steps()
        self.assertEqual([step["type"] for step in steps],
                         ["WS_OPEN", "WS_RECV_INIT", "WS_SEND", "WS_RECV", "WS_SEND", "REQ_POST", "WS_CLOSE"])
        self.assertIn('"sessionId":"${SESSION}"', steps[1]["message"])
        self.assertIn('"id":"${SESSION}"', steps[2]["message"])
        self.assertIn('"id":"5e551014c0ffee00"', steps[3]["message"])
        self.assertEqual(steps[5]["url"], "/session/${SESSION}/dataobj/t?w=&nonce=1")
        self.assertEqual(recorder.header()[0], "# version: 1")
        self.assertEqual(recorder.header()[2:], ["# target_type: R/Shiny", "# dialect: shiny"])

    def test_worker_id_of_a_squeezed_page(self):
        recorder = self.record()
        w.request(recorder.port, "GET /page/ HTTP/1.1\nHost: p\nAccept-Encoding: gzip\n")
        recorder.wait_for("REQ_HOME")
        w.request(recorder.port, "GET /x/_w_0123456789abcdef/y.css HTTP/1.1\nHost: p\n")
        recorder.stop()
        self.assertEqual(recorder.steps()[1]["url"], "/x/_w_${WORKER}/y.css")

    def test_cut_connection_is_a_close(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/cut/")
        wire.send(w.frame(w.TEXT, b"die", mask=True))
        with self.assertRaises(w.Lost):
            wire.frame()
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder), [("WS_OPEN", None), ("WS_SEND", "die"), ("WS_CLOSE", None)])

    def test_refused_socket_is_a_plain_answer(self):
        recorder = self.record()
        wire, first, headers, _ = w.open_socket(recorder.port, "/deny/")
        self.assertIn(" 403 ", first)
        self.assertEqual(w.header(headers, "X-Why"), "because")
        self.assertEqual(b"".join(wire.body(headers)), b"no sockets here")
        recorder.wait_for("the target refused the WebSocket /deny/ (HTTP status 403)")

    def test_malformed_frames_are_passed_on_and_said(self):
        recorder = self.record()
        wire, _ = self.open(recorder)
        self.echo(wire, w.TEXT, b"good")
        self.echo(wire, 5, b"no such kind of frame")
        recorder.wait_for("is passed on but not recorded")
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder)[1:3], [("WS_SEND", "good"), ("WS_RECV", "good")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
