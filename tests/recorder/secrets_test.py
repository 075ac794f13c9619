#!/usr/bin/env python3
"""Logins: what a person types or brings along reaches the app, and no file."""
import base64
import gzip
import http.server
import json
import os
import pathlib
import tempfile
import threading
import unittest
import unittest.mock
import urllib.parse

import wire as w
from harness import Recorder

USER, PASSWORD = "ann@example.org", "s3s&me/ö pen"
KEY, TOKEN, COOKIE = "k-0a1b2c3d4e", "tok.mine.alone", "brought-along-77"
ISSUED = "issued.by.server.12345"


class App(http.server.BaseHTTPRequestHandler):
    """Lets in whoever has the right credential, and says no with 401."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, text, *headers, kind="text/html"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def decide(self, ok, *headers):
        self.answer(200 if ok else 401, "in" if ok else "out", *headers)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        fields = dict(urllib.parse.parse_qsl(query))
        wanted = {
            "/key": lambda: self.headers["X-Api-Key"] == KEY,
            "/query": lambda: fields.get("api_key") == KEY,
            "/bearer": lambda: self.headers["Authorization"] == "Bearer " + TOKEN,
            "/own": lambda: self.headers["Authorization"] == "Bearer " + ISSUED,
            "/basic": lambda: self.headers["Authorization"] == "Basic " + basic(),
            "/cookie": lambda: f"sso={COOKIE}" in (self.headers["Cookie"] or ""),
        }
        if path in wanted:
            return self.decide(wanted[path]())
        return self.answer(200, "<form><input type=password></form>", ("Set-Cookie", "seen=1"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode(errors="replace")
        if self.path == "/form":
            fields = dict(urllib.parse.parse_qsl(body))
            return self.decide((fields.get("user"), fields.get("password")) == (USER, PASSWORD),
                               ("Set-Cookie", "sid=1"))
        if self.path == "/multipart":
            return self.decide(f"\r\n\r\n{PASSWORD}\r\n" in body)
        if self.path == "/json":
            fields = json.loads(body)
            ok = (fields.get("email"), fields.get("passwd")) == (USER, PASSWORD)
            return self.answer(200 if ok else 401, json.dumps({"token": ISSUED}), kind="application/json")
        return self.decide(True)


def basic():
    return base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Secrets(unittest.TestCase):
    def setUp(self):
        self.app = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
        threading.Thread(target=self.app.serve_forever, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        self.recorder = None

    def tearDown(self):
        if self.recorder and self.recorder.process.poll() is None:
            self.recorder.stop()
        said = "\n".join(self.recorder.said) if self.recorder else ""
        self.assertNotIn("Sanitizer", said)
        self.assertNotIn("runtime error", said)
        self.app.shutdown()
        self.app.server_close()
        self.folder.cleanup()

    def record(self, *options):
        self.recorder = Recorder(self.folder.name, f"http://127.0.0.1:{self.app.server_address[1]}", *options)
        self.assertIsNotNone(self.recorder.port, self.recorder.said)

    def ask(self, head, body=b"", want=200):
        """The app must be content: what reaches it is what the browser sent."""
        if body:
            head += f"Content-Length: {len(body)}\n"
        wire, status, headers = w.request(self.recorder.port, head, body)
        b"".join(wire.body(headers))
        wire.close()
        self.assertIn(str(want), str(status))

    def end(self, *secrets, wants=()):
        """No file has one of these, in whatever coding; these names are told."""
        self.assertEqual(self.recorder.stop(), 0, self.recorder.said)
        for path in pathlib.Path(self.folder.name).iterdir():
            text = path.read_bytes()
            for secret in secrets:
                for form in forms(secret):
                    self.assertNotIn(form, text, f"{path.name} has {secret}")
        told = [line for line in self.recorder.said if "export" in line]
        self.assertEqual(sorted(told), sorted(
            f"record: left out a secret; for a replay: export {name}=..." for name in wants))
        return self.recorder.steps()

    def body(self, step):
        return (pathlib.Path(self.folder.name) / step["datafile"]).read_text()

    def test_form(self):
        self.record()
        self.ask("GET / HTTP/1.1\nHost: localhost\n")
        self.ask("POST /form HTTP/1.1\nHost: localhost\nContent-Type: application/x-www-form-urlencoded\n",
                 urllib.parse.urlencode({"user": USER, "password": PASSWORD, "next": "/"}).encode())
        _, post = self.end(PASSWORD, USER, wants=["APP_USER", "APP_PASSWORD"])
        self.assertEqual(self.body(post),
                         "user=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}&next=%2F")
        self.assertTrue(post["expand"])

    def test_json_and_the_token_that_it_gives(self):
        self.record()
        self.ask("POST /json HTTP/1.1\nHost: localhost\nContent-Type: application/json\n",
                 json.dumps({"email": USER, "passwd": PASSWORD}).encode())
        self.ask(f"GET /own HTTP/1.1\nHost: localhost\nAuthorization: Bearer {ISSUED}\n")
        post, get = self.end(PASSWORD, USER, wants=["APP_USER", "APP_PASSWORD"])
        self.assertEqual(json.loads(self.body(post)),
                         {"email": "${env:APP_USER|json}", "passwd": "${env:APP_PASSWORD|json}"})
        # a session value: the checker finds where it came from
        self.assertEqual(get["headers"], [f"Authorization: Bearer {ISSUED}"])
        self.assertIn(ISSUED, (pathlib.Path(self.folder.name) / "session.log.trace").read_text())

    def test_multipart(self):
        self.record()
        part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        self.ask("POST /multipart HTTP/1.1\nHost: localhost\nContent-Type: multipart/form-data; boundary=b\n",
                 (part.format("login", USER) + part.format("pwd", PASSWORD) + "--b--\r\n").encode())
        (post,) = self.end(PASSWORD, USER, wants=["APP_USER", "APP_PASSWORD"])
        self.assertIn("\n\n${env:APP_PASSWORD}\n", self.body(post).replace("\r", ""))

    def test_key_in_a_header(self):
        self.record()
        self.ask(f"GET /key HTTP/1.1\nHost: localhost\nX-Api-Key: {KEY}\n")
        (get,) = self.end(KEY, wants=["APP_API_KEY"])
        self.assertEqual(get["headers"], ["X-Api-Key: ${env:APP_API_KEY}"])

    def test_key_in_the_query(self):
        self.record()
        self.ask(f"GET /query?a=1&api_key={KEY} HTTP/1.1\nHost: localhost\n")
        (get,) = self.end(KEY, wants=["APP_API_KEY"])
        self.assertEqual(get["url"], "/query?a=1&api_key=${env:APP_API_KEY|url}")

    def test_bearer(self):
        self.record()
        for _ in range(2):
            self.ask(f"GET /bearer HTTP/1.1\nHost: localhost\nAuthorization: Bearer {TOKEN}\n")
        for get in self.end(TOKEN, wants=["APP_TOKEN"]):
            self.assertEqual(get["headers"], ["Authorization: Bearer ${env:APP_TOKEN}"])

    def test_secret_that_stood_in_files_before_it_was_recognised(self):
        form = "POST /{} HTTP/1.1\nHost: localhost\nContent-Type: application/x-www-form-urlencoded\n"
        self.record()
        said = PASSWORD.encode().decode("latin-1")  # each byte as it is
        self.ask("GET /?name=" + urllib.parse.quote(PASSWORD, safe="") + f" HTTP/1.1\nHost: localhost\nX-Said: {said}\n")
        self.ask(form.format("first"), urllib.parse.urlencode({"a": "${env:B}", "note": PASSWORD}).encode())
        self.ask(form.format("raw"), b"price=$5")
        self.ask(f"GET / HTTP/1.1\nHost: localhost\nX-Coded: {basic()}\n")
        self.ask(form.format("form"), urllib.parse.urlencode({"user": USER, "password": PASSWORD}).encode())
        get, first, raw, coded, post = self.end(PASSWORD, wants=["APP_USER", "APP_PASSWORD"])
        self.assertTrue(any("held a secret before it was recognised" in line for line in self.recorder.said),
                        self.recorder.said)
        self.assertEqual(get["url"], "/?name=${env:APP_PASSWORD|url}")
        self.assertIn("X-Said: ${env:APP_PASSWORD}", get["headers"])
        self.assertTrue(first["expand"])
        self.assertEqual(self.body(first), "a=%24%7Benv%3AB%7D&note=${env:APP_PASSWORD|form}")
        self.assertEqual(self.body(raw), "price=$5")
        self.assertNotIn("expand", raw)
        self.assertIn("X-Coded: ${CODED_SECRET}", coded["headers"])
        self.assertTrue(any('"CODED_SECRET"' in line for line in self.recorder.header()))
        self.assertEqual(self.recorder.header()[0], "# version: 2")

    def test_basic(self):
        self.record()
        self.ask("GET / HTTP/1.1\nHost: localhost\n")
        self.ask(f"GET /basic HTTP/1.1\nHost: localhost\nAuthorization: Basic {basic()}\n")
        _, get = self.end(PASSWORD, USER, wants=["APP_USER", "APP_PASSWORD"])
        self.assertEqual(get["headers"], ["Authorization: Basic ${BASIC_AUTH}"])
        (value,) = [line for line in self.recorder.header() if line.startswith("# value: ")]
        self.assertIn("${env:APP_USER}:${env:APP_PASSWORD}", value)
        self.assertEqual(self.recorder.header()[0], "# version: 2")

    def test_cookie_by_hand(self):
        self.record()
        self.ask(f"GET /cookie HTTP/1.1\nHost: localhost\nCookie: sso={COOKIE}\n")
        self.ask("GET / HTTP/1.1\nHost: localhost\n")
        self.ask(f"GET /cookie HTTP/1.1\nHost: localhost\nCookie: sso={COOKIE}; seen=1\n")
        first, *others = self.end(COOKIE, wants=["COOKIE_SSO"])
        self.assertEqual(first["headers"], ["Cookie: sso=${env:COOKIE_SSO}"])

    def test_given(self):
        with unittest.mock.patch.dict(os.environ, MY_WORD=PASSWORD):
            self.record("--secret", "MY_WORD")
        self.ask("GET /say?" + urllib.parse.quote(PASSWORD, safe="") + " HTTP/1.1\nHost: localhost\n")
        self.ask("POST /x HTTP/1.1\nHost: localhost\nContent-Type: text/plain\n", PASSWORD.encode())
        self.ask("POST /x HTTP/1.1\nHost: localhost\nContent-Type: application/octet-stream\n",
                 b"\0\xff" + PASSWORD.encode() + b"\0")
        get, post, raw = self.end(PASSWORD, wants=["MY_WORD"])
        self.assertEqual(get["url"], "/say?${env:MY_WORD|url}")
        self.assertEqual(self.body(post), "${env:MY_WORD}")
        self.assertTrue(raw["expand"])

    def test_given_but_not_there(self):
        self.recorder = Recorder(self.folder.name, "http://127.0.0.1:9", "--secret", "NO_SUCH_NAME_HERE")
        self.assertEqual(self.recorder.wait(), 1 if "app running" in self.recorder.said[0] else 2)

    def test_secret_where_none_can_be_filled_in(self):
        with unittest.mock.patch.dict(os.environ, MY_WORD=PASSWORD):
            self.record("--secret", "MY_WORD")
        self.ask("POST /big HTTP/1.1\nHost: localhost\n", b"x" * (9 << 20) + PASSWORD.encode())
        self.ask("POST /packed HTTP/1.1\nHost: localhost\nContent-Encoding: gzip\n", gzip.compress(PASSWORD.encode()))
        self.ask("GET /after HTTP/1.1\nHost: localhost\n")
        (get,) = self.end(PASSWORD)
        self.assertEqual(get["url"], "/after")
        self.assertEqual(sum("holds a secret" in line for line in self.recorder.said), 2)
        self.assertEqual(sorted(p.name for p in pathlib.Path(self.folder.name).iterdir()),
                         ["session.log", "session.log.trace"])


def forms(secret):
    """As it may stand in a file."""
    raw = secret.encode()
    return {raw, urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote_plus(secret).encode(),
            json.dumps(secret)[1:-1].encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
            base64.b64encode(raw).rstrip(b"=")}


if __name__ == "__main__":
    unittest.main(verbosity=2)
