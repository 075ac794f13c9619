#!/usr/bin/env python3
"""The recorder between the ends of WebSockets: bytes pass as they are, messages become steps."""
import base64
import json
import threading
import time
import unittest
import urllib.parse
import zlib

import wire as w
from harness import SANITIZED, RecorderCase

# What a step says of a socket's end.
ENDING = ("type", "from_server", "close_code", "close_reason")


class Socket(RecorderCase):
    def open(self, recorder, path="/echo/", extra=""):
        """recorder: or a port."""
        wire, first, headers, key = w.open_socket(getattr(recorder, "port", recorder), path, extra)
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
        offer = "permessage-deflate; client_max_window_bits"
        wire, headers = self.open(recorder, extra=f"Sec-WebSocket-Extensions: {offer}\n"
                                                  f"Sec-WebSocket-Protocol: chat\nOrigin: http://{host}\n"
                                                  "Cookie: a=1\n")
        self.assertEqual(w.header(headers, "Sec-WebSocket-Protocol"), "chat")
        self.assertEqual(w.header(headers, "Set-Cookie"), "ws=1")
        told = json.loads(w.header(headers, "X-Request"))
        self.assertEqual(w.header(told, "Host"), f"127.0.0.1:{self.target_port}")
        self.assertEqual(w.header(told, "Origin"), self.target)
        self.assertEqual(w.header(told, "Cookie"), "a=1")
        self.assertEqual(w.header(told, "Sec-WebSocket-Extensions"), offer)
        self.close(wire)
        self.assertIn(f"Sec-WebSocket-Extensions: {offer}", recorder.steps()[0]["headers"])

    def test_a_socket_opens_behind_what_was_said_before(self):
        recorder = self.record()
        first, _ = self.open(recorder)
        for i in range(20):
            self.echo(first, w.TEXT, b'[' + b'{"said":"before"},' * 400 + b'1]')
            wire, _ = self.open(recorder, f"/echo/{i}")
            wire.close()
        self.close(first)
        types = [step["type"] for step in recorder.steps() if step["type"] != "WS_CLOSE"]
        self.assertEqual(types, ["WS_OPEN"] + ["WS_SEND", "WS_RECV", "WS_OPEN"] * 20)

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
        in_time = sorted(recorder.steps(), key=lambda step: (step["begin"], step["begin_us"]))
        numbers = [(step["type"], step.get("socket", 0)) for step in in_time]
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
            "POST /session/5e551014c0ffee00/dataobj/t?w=&nonce=1 HTTP/1.1\nHost: localhost\nContent-Length: 1\n", b"x")
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
        w.request(recorder.port, "GET /page/ HTTP/1.1\nHost: localhost\nAccept-Encoding: gzip\n")
        recorder.wait_for("REQ_HOME")
        w.request(recorder.port, "GET /x/_w_0123456789abcdef/y.css HTTP/1.1\nHost: localhost\n")
        recorder.stop()
        self.assertEqual(recorder.steps()[1]["url"], "/x/_w_${WORKER}/y.css")

    def test_first_frame_in_one_piece_with_the_answer(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/first/")
        self.assertEqual(wire.frame(), (True, w.TEXT, b"first words", False))
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder)[1], ("WS_RECV", "first words"))

    # --- bytes ---

    def both_ways(self, recorder, bytes_sent, query=""):
        """What comes back of these bytes from a server that returns what it gets, directly and through
        the recorder."""
        answers = []
        for port in (self.target_port, recorder.port):
            wire, _ = self.open(port, "/bytes/" + query)
            sender = threading.Thread(target=wire.send, args=(bytes_sent,))
            sender.start()
            answers.append(wire.exactly(len(bytes_sent)))
            sender.join()
            wire.close()
        self.assertEqual(answers[0], bytes_sent)
        self.assertEqual(answers[0] == answers[1], True, "the recorder changed bytes")

    def test_every_shape_of_frame_passes_unchanged(self):
        recorder = self.record("--overwrite")
        sizes = [0, 1, 2, 125, 126, 127, 4095, 4096, 65535, 65536, 70000]
        count = 0
        for fin in (True, False):
            for rsv in (0, w.RSV1, 32, 16):
                shapes = [w.frame(opcode | rsv, b"x" * size, fin, mask)
                          for opcode in range(16) for size in (sizes if opcode in (1, 2) else (0, 5, 200))
                          for mask in (False, b"\0\0\0\0", b"\x01\x80\xff\x7f")]
                count += len(shapes)
                self.both_ways(recorder, b"".join(shapes))
        self.assertGreater(count, 1000)

    def test_bytes_that_are_no_frames_pass_unchanged(self):
        recorder = self.record()
        self.both_ways(recorder, b"GET / HTTP/1.1\r\n\r\n")
        self.both_ways(recorder, bytes(range(256)) * 1000)
        self.both_ways(recorder, w.frame(w.TEXT, b"x" * 100000, mask=b"abcd") * 50, "?permessage-deflate")

    def test_largest_message_and_larger_ones(self):
        largest = (8 if SANITIZED else 64) << 20
        recorder = self.record()
        wire, _ = self.open(recorder)
        payload = b"m" * largest
        wire.send(w.frame(w.TEXT, payload, mask=b"\0\0\0\0"))
        self.assertTrue(wire.frame() == (True, w.TEXT, payload, False))
        if not SANITIZED:
            wire.send(w.frame(w.TEXT, payload + b"!", mask=b"\0\0\0\0"))
            self.assertTrue(wire.frame() == (True, w.TEXT, payload + b"!", False))
            recorder.wait_for("larger than 64 MiB")
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        kinds = [step["type"] for step in recorder.steps()]
        self.assertEqual(kinds, ["WS_OPEN", "WS_SEND", "WS_RECV", "WS_CLOSE"])

    # --- permessage-deflate ---

    def squeezed(self, squeezer, text, keep):
        """A message as RFC 7692 has it; keep: the window outlives it."""
        data = squeezer.compress(text) + squeezer.flush(zlib.Z_SYNC_FLUSH if keep else zlib.Z_FULL_FLUSH)
        return data[:-4]

    def converse_squeezed(self, recorder, terms, bits, keep):
        wire, headers = self.open(recorder, "/squeezed/?" + urllib.parse.quote(terms),
                                  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\n")
        self.assertEqual(w.header(headers, "Sec-WebSocket-Extensions"), terms)
        squeezer = zlib.compressobj(wbits=-bits)
        texts = ["grüße", "{\"a\":1}" * 5000, "grüße", "x", "once more " * 20]
        for text in texts:
            data = self.squeezed(squeezer, text.encode(), keep)
            half = len(data) // 2
            self.echo(wire, w.TEXT | w.RSV1, data[:half], fin=False)
            wire.send(w.frame(w.PING, b"?", mask=True))
            self.assertEqual(wire.frame(), (True, w.PONG, b"?", False))
            self.echo(wire, w.CONTINUATION, data[half:])
            self.echo(wire, w.TEXT, b"plain")
        self.echo(wire, w.TEXT | w.RSV1, b"\0")
        self.close(wire)
        return [text for each in texts for text in (each, "plain")] + [""]

    def test_compressed_messages_are_recorded_inflated(self):
        recorder = self.record()
        want = []
        takeover = "; client_no_context_takeover; server_no_context_takeover"
        for terms, bits, keep in (("", 15, True), (takeover, 15, False), ("; client_max_window_bits=9", 9, True),
                                  ("; server_max_window_bits=12;client_max_window_bits=10", 10, True)):
            want += self.converse_squeezed(recorder, "permessage-deflate" + terms, bits, keep)
        recorder.stop()
        one_by_one = sorted(recorder.steps(), key=lambda step: step.get("socket", 0))
        heard = [(step["type"], step["message"]) for step in one_by_one if "message" in step]
        self.assertEqual(heard, [(kind, text) for text in want for kind in ("WS_SEND", "WS_RECV")])
        self.assertEqual([line for line in recorder.said if "not recorded" in line], [])

    def test_unknown_extension_is_passed_on_and_said_once(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/squeezed/?x-snappy")
        self.echo(wire, w.TEXT | w.RSV1, b"what only they can read")
        self.echo(wire, w.TEXT, b"and this")
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual([line for line in recorder.said if "not recorded" in line],
                         ["record: what is said on /squeezed/?x-snappy is passed on but not recorded: "
                          "no such WebSocket extension is known: x-snappy"])
        self.assertEqual(self.messages(recorder), [("WS_OPEN", None), ("WS_CLOSE", None)])

    # --- many ---

    def test_a_thousand_echoes(self):
        recorder = self.record()
        wire, _ = self.open(recorder)
        large = "".join(chr(0x20 + i % 90) for i in range(60000))
        texts = [f"{i} {large if i % 10 == 0 else 'small'}" for i in range(1000)]
        for text in texts:
            self.echo(wire, w.TEXT, text.encode())
        self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        heard = [step["message"] for step in recorder.steps() if "message" in step]
        self.assertEqual(heard == [text for text in texts for _ in range(2)], True)

    def test_fifty_sockets_at_once(self):
        recorder = self.record()
        wires = [self.open(recorder)[0] for _ in range(50)]
        for turn in range(4):
            for i, wire in enumerate(wires):
                wire.send(w.frame(w.TEXT, f"{turn} of {i}".encode(), mask=True))
            for i, wire in enumerate(wires):
                self.assertEqual(wire.frame()[2], f"{turn} of {i}".encode())
        for wire in wires:
            self.close(wire)
        self.assertEqual(recorder.wait(), 0)
        for number in range(50):
            mine = [(step["type"], step.get("message")) for step in recorder.steps()
                    if step.get("socket", 0) == number]
            self.assertEqual(mine, [("WS_OPEN", None)] + [(kind, f"{turn} of {number}") for turn in range(4)
                             for kind in ("WS_SEND", "WS_RECV")] + [("WS_CLOSE", None)])

    # --- ends ---

    def last_step(self, recorder):
        return {key: value for key, value in recorder.steps()[-1].items() if key in ENDING}

    def test_close_of_the_browser_with_code_and_reason(self):
        for payload, want in ((b"\x03\xe8bye", {"close_code": 1000, "close_reason": "bye"}), (b"", {}),
                              (b"\x0f\xa0", {"close_code": 4000}),
                              (b"\x0b\xb8" + "grüße".encode(), {"close_code": 3000, "close_reason": "grüße"})):
            recorder = self.record("--overwrite")
            wire, _ = self.open(recorder)
            self.close(wire, payload)
            self.assertEqual(recorder.wait(), 0)
            self.assertEqual(self.last_step(recorder), {"type": "WS_CLOSE", **want})

    def test_close_of_the_server_with_code_and_reason(self):
        for payload, want in ((b"\x03\xe9gone", {"close_code": 1001, "close_reason": "gone"}), (b"", {}),
                              (b"\x03\xf4", {"close_code": 1012})):
            recorder = self.record("--overwrite")
            wire, _ = self.open(recorder, "/bye/?" + payload.hex())
            self.assertEqual(wire.frame(), (True, w.CLOSE, payload, False))
            wire.send(w.frame(w.CLOSE, payload, mask=True))
            with self.assertRaises(w.Lost):
                wire.frame()
            wire.close()
            self.assertEqual(recorder.wait(), 0)
            self.assertEqual(self.last_step(recorder), {"type": "WS_CLOSE", "from_server": True, **want})

    def test_cut_connection_is_a_close(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/cut/")
        wire.send(w.frame(w.TEXT, b"die", mask=True))
        with self.assertRaises(w.Lost):
            wire.frame()
        wire.close()
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder), [("WS_OPEN", None), ("WS_SEND", "die"), ("WS_CLOSE", None)])
        self.assertEqual(self.last_step(recorder), {"type": "WS_CLOSE", "from_server": True})

    def test_server_says_no_more_and_listens(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/half/")
        with self.assertRaises(w.Lost):
            wire.frame()
        wire.send(w.frame(w.TEXT, b"still", mask=True))
        w.request(recorder.port, "GET /wait/still HTTP/1.1\nHost: localhost\n")
        wire.end()
        w.request(recorder.port, "GET /wait/end HTTP/1.1\nHost: localhost\n")
        recorder.stop()
        self.assertIn(("WS_SEND", "still"), self.messages(recorder))

    def test_browser_says_no_more_and_listens(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/late/")
        wire.end()
        self.assertEqual(wire.frame(), (True, w.TEXT, b"late words", False))
        with self.assertRaises(w.Lost):
            wire.frame()
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(self.messages(recorder), [("WS_OPEN", None), ("WS_RECV", "late words"), ("WS_CLOSE", None)])
        self.assertEqual(self.last_step(recorder), {"type": "WS_CLOSE"})

    def test_resets_are_resets_on_the_other_side(self):
        recorder = self.record()
        wire, _ = self.open(recorder, "/dead/")
        wire.reset()
        w.request(recorder.port, "GET /wait/reset HTTP/1.1\nHost: localhost\n")
        wire, _ = self.open(recorder, "/abort/")
        wire.send(w.frame(w.TEXT, b"die", mask=True))
        with self.assertRaises(ConnectionResetError):
            wire.frame()
        wire.close()
        recorder.stop()

    # --- on disk ---

    def test_messages_are_on_disk_at_once_and_survive_a_kill(self):
        recorder = self.record()
        wire, _ = self.open(recorder)
        waits = []
        for i in range(20):
            text = f"message {i} of a killed recording"
            self.echo(wire, w.TEXT, text.encode())
            began = time.monotonic()
            while recorder.script.read_text().count(text) < 2:
                self.assertLess(time.monotonic() - began, 10, "it never came to disk")
            waits.append(time.monotonic() - began)
        recorder.kill()
        self.assertLess(sorted(waits)[len(waits) // 2], 0.05)
        self.assertEqual(len(recorder.steps()), 41)
        self.assertTrue(recorder.script.read_text().endswith("}\n"))

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
