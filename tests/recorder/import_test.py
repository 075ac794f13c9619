#!/usr/bin/env python3
"""HAR files, as each of the programs that write them does, and as none should."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["STRETTO_BIN"])
HARS = pathlib.Path(os.environ["STRETTO_SOURCE"]) / "tests/data/har"


class Import(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.script = pathlib.Path(self.folder.name) / "s.log"

    def tearDown(self):
        self.folder.cleanup()

    def run_import(self, har, *options):
        return subprocess.run([BIN / "stretto-import", har, "-o", self.script, *options],
                              capture_output=True, text=True, timeout=60)

    def imports(self, name, *options):
        done = self.run_import(HARS / name, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stderr
        lines = self.script.read_text().splitlines()
        self.header = [line for line in lines if line[0] == "#"]
        return sorted((json.loads(line) for line in lines if line[0] == "{"),
                      key=lambda step: (step["begin"], step["begin_us"]))

    def body(self, step):
        return (self.script.parent / step["datafile"]).read_bytes()

    def trace(self):
        return [json.loads(line) for line in (self.script.parent / "s.log.trace").read_text().splitlines()]

    def no_file_has(self, *texts):
        for path in self.script.parent.iterdir():
            for text in texts:
                self.assertNotIn(text, path.read_text(errors="replace"), path.name)

    def test_chrome(self):
        steps = self.imports("chrome.har")
        self.assertEqual([(s["type"], s.get("url")) for s in steps], [
            ("REQ_HOME", "/"), ("REQ_GET", "/logo.png"), ("REQ_POST", "/login"), ("REQ_GET", "/home"),
            ("WS_OPEN", "/websocket/"), ("WS_SEND", None), ("WS_RECV_INIT", None), ("WS_SEND", None),
            ("WS_CLOSE", None)])
        self.assertEqual(steps[0]["begin"], "2026-11-21T01:48:37.100Z")
        self.assertEqual(steps[0]["end"], "2026-11-21T01:48:37.112Z")
        self.assertIn("# target_url: https://app.example", self.header)
        self.assertIn("# dialect: shiny", self.header)
        self.assertEqual(steps[0]["headers"], ["accept: text/html", "Cookie: sso=${env:COOKIE_SSO}"])
        self.assertEqual(self.body(steps[2]), b"user=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}")
        self.assertEqual(json.loads(steps[6]["message"])["config"]["sessionId"], "${SESSION}")
        self.assertEqual(base64.b64decode(steps[7]["message_base64"]), b"\0\1\2\xff")
        self.assertIn("1 request that never got an answer", self.said)
        self.assertIn("1 file from the browser's cache", self.said)
        self.assertIn("left out, as other hosts: cdn.example", self.said)
        self.assertIn("stretto check", self.said)
        self.no_file_has("s3same", "brought-along")
        page = self.trace()[1]
        self.assertEqual((page["what"], page["body"]), ("answer", "<html>ü</html>"))
        self.assertIn("set-cookie: b=2; Path=/", page["headers"])

    def test_firefox(self):
        steps = self.imports("firefox.har")
        self.assertEqual([s["url"] for s in steps], ["/", "/api", "/data"])
        self.assertEqual(steps[0]["begin"], "2026-11-21T01:48:37.100Z")
        self.assertEqual(self.body(steps[1]), b"q=a+b%26c&n=%C3%BC")
        self.assertEqual(steps[2]["end"], "2026-11-21T01:48:37.402Z")
        self.assertIn("Cookie: sso=${env:COOKIE_SSO}; lang=${env:COOKIE_LANG}", steps[0]["headers"])
        self.assertIn("Set-Cookie: a=1", self.trace()[1]["headers"])

    def test_playwright(self):
        steps = self.imports("playwright.har")
        self.assertEqual([(s["type"], s.get("url") or s.get("message")) for s in steps], [
            ("REQ_HOME", "/"), ("REQ_POST", "/login"), ("REQ_HOME", "/home/"), ("WS_OPEN", "/talk"),
            ("WS_SEND", '{"say":"grüße"}'), ("WS_RECV", '{"said":"grüße"}'), ("WS_CLOSE", None),
            ("REQ", "/api/items")])
        self.assertEqual(json.loads(self.body(steps[-1])), {"said": "grüße"})
        # the app set its cookie in here: nobody has to bring it
        self.assertEqual([h for s in steps for h in s.get("headers", []) if "Cookie" in h], [])
        self.no_file_has("s3same")

    def test_mitmproxy(self):
        steps = self.imports("mitmproxy.har")
        self.assertEqual([(s["type"], s.get("url") or s.get("message")) for s in steps], [
            ("REQ_HOME", "/"), ("REQ_POST", "/raw"), ("REQ_POST", "/lost"), ("WS_OPEN", "/echo"),
            ("WS_SEND", "first"), ("WS_RECV", "second"), ("WS_SEND", None), ("WS_CLOSE", None)])
        self.assertEqual((steps[0]["begin_us"], steps[0]["bytes"]), (456, 77))
        self.assertEqual(self.body(steps[1]), b"\0\1\xff\xfe")
        self.assertIn("Sec-WebSocket-Protocol: v1.chat", steps[3]["headers"])
        self.assertIn("1 request body is not in", self.said)

    def test_another_target(self):
        steps = self.imports("chrome.har", "--target", "https://cdn.example")
        self.assertEqual([s["url"] for s in steps], ["/lib.js"])
        done = self.run_import(HARS / "chrome.har", "--target", "https://nowhere.example", "--overwrite")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("none of its 9 entries went to https://nowhere.example", done.stderr)

    def test_base_path(self):
        steps = self.imports("chrome.har", "--target", "https://app.example:443/websocket/")
        self.assertEqual(steps[0]["url"], "/")
        self.assertEqual(steps[0]["type"], "WS_OPEN")

    def test_quiet(self):
        self.imports("chrome.har", "--quiet")
        self.assertNotIn("REQ_HOME", self.said)
        self.assertIn("9 steps", self.said)

    def test_bad_ones(self):
        entry = json.loads((HARS / "firefox.har").read_text())["log"]["entries"][0]

        def with_entry(**changes):
            return json.dumps({"log": {"entries": [dict(entry, **changes)]}})

        for text, said in (
                ("", "is no HAR: line 1"),
                ("{", "is no HAR: line 1"),
                ("<html>", "is no HAR: line 1"),
                ("[]", "it has no list"),
                ('{"log":{}}', "it has no list"),
                ('{"log":{"entries":[]}}', "has no entries"),
                ('{"log":{"entries":[1]}}', "entry 1 has no request"),
                (with_entry(request={}), "entry 1 has no method or no URL"),
                (with_entry(startedDateTime="yesterday"), "entry 1 has no startedDateTime"),
                (with_entry(startedDateTime=7), "entry 1 has no startedDateTime"),
                (with_entry(request={"method": "GET", "url": "blob:x"}), "was asked over HTTP"),
                (with_entry(_webSocketMessages=[{"time": 1}]), "a WebSocket message without data"),
                (with_entry(_webSocketMessages=[{"data": "x", "time": -5}]), "at a time that is none"),
                (with_entry(response={"status": 200, "content": {"text": "!", "encoding": "base64"}}),
                 "a body that is no base64")):
            bad = pathlib.Path(self.folder.name) / "bad.har"
            bad.write_text(text)
            done = self.run_import(bad)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), f"{text}: {done.stderr}")
            self.assertIn(said, done.stderr)
            self.assertFalse(self.script.exists(), text)
        done = self.run_import("no-such.har")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        done = subprocess.run([BIN / "stretto-import"], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))

    def test_existing_script_is_kept(self):
        self.script.write_text("precious")
        done = self.run_import(HARS / "chrome.har")
        self.assertEqual(done.returncode, 1)
        self.assertIn("exists already", done.stderr)
        self.assertEqual(self.script.read_text(), "precious")

    def test_verify_goes_on_as_check(self):
        """A script stands in for stretto-check, beside a copy of the program."""
        folder = pathlib.Path(self.folder.name)
        shutil.copy(BIN / "stretto-import", folder)
        check = folder / "stretto-check"
        check.write_text('#!/bin/sh\necho "$@" "pw=$APP_PASSWORD"\nexit 7\n')
        check.chmod(0o755)
        done = subprocess.run([folder / "stretto-import", HARS / "chrome.har", "-o", self.script, "--verify",
                               "--insecure"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual(done.stdout, f"{self.script} --against https://app.example --fix --insecure "
                                      "pw=open s3same&\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
