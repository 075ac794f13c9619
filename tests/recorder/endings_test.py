#!/usr/bin/env python3
"""How a recording begins and ends: refusals, the page's end, signals, full disks, sudden death."""
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import unittest
import unittest.mock

import wire as w
from harness import RECORD, Recorder, RecorderCase

READ_SCRIPT = RECORD.parent.parent / "tests" / "read-script"


class Endings(RecorderCase):
    def fails(self, code, said, *arguments):
        """Runs to its end; stderr is one sentence."""
        done = subprocess.run([RECORD, *arguments], capture_output=True, text=True, timeout=30,
                              cwd=self.folder.name)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (code, 1), done.stderr)
        self.assertIn(said, done.stderr)

    def get(self, recorder, path):
        wire, _, headers = w.request(recorder.port, f"GET {path} HTTP/1.1\nHost: localhost\n")
        return b"".join(wire.body(headers))

    def script_is_readable(self, recorder, steps=None):
        """As the player reads it: bodies too."""
        done = subprocess.run([READ_SCRIPT, recorder.script], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        if steps is not None:
            self.assertEqual(int(done.stdout), steps)

    def test_wrong_usage(self):
        self.fails(2, "give one URL")
        self.fails(2, "neither an http:// nor an https:// URL", "ftp://x/")
        for place in ("nonsense", "127.0.0.1:65536", "127.0.0.1:4294967376"):
            self.fails(2, "--listen takes HOST:PORT", self.target, "--listen", place)
        self.fails(2, "--until-idle takes a time", self.target, "--until-idle", "5")

    def test_what_is_told_fits_a_terminal(self):
        recorder = self.record(env={"COLUMNS": "80"})
        for path in ("/", "/a-rather-long-name-of-a-file-that-nobody-should-have-to-read-whole.json",
                     "/" + "\xc3\xa9" * 60):  # in UTF-8
            self.get(recorder, path)
        recorder.stop()
        told = [line for line in recorder.said if "REQ_" in line]
        self.assertEqual(len(told), 3)
        for line in told:
            self.assertLessEqual(len(line), 80)
            self.assertNotIn("\ufffd", line)
            self.assertRegex(line[67:], "^ [0-9]")  # how long they took stands in one column
        self.assertTrue(any("\u2026" in line for line in told), "what was cut says so")

    def test_target_that_is_not_there(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, not listening: refused for sure
            self.fails(1, "is the app running there?", f"http://127.0.0.1:{taken.getsockname()[1]}/")
        self.fails(1, "resolve host", "http://no-such-host.invalid/")
        self.assertEqual(list(pathlib.Path(self.folder.name).iterdir()), [])

    def test_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.fails(1, "Address already in use", self.target, "--listen",
                       f"127.0.0.1:{taken.getsockname()[1]}")

    def test_file_that_cannot_be_written(self):
        self.fails(1, "cannot write nowhere/x.log: No such file", self.target, "-o", "nowhere/x.log")
        self.fails(1, "is not an ordinary file", self.target, "-o", "/dev/full", "--overwrite")

    def test_existing_script_is_kept_unless_told(self):
        folder = pathlib.Path(self.folder.name)
        (folder / "session.log").write_text("precious")
        (folder / "session.log.post.7").write_text("precious too")
        self.fails(1, "exists already", self.target)
        (folder / "session.log").rename(folder / "away.log")
        self.fails(1, "exists already", self.target)
        (folder / "away.log").rename(folder / "session.log")
        nothing = self.record("--overwrite")
        self.assertEqual(nothing.stop(), 1)
        self.assertSaid(nothing, "nothing was recorded")
        self.assertEqual((folder / "session.log").read_text(), "precious")
        recorder = self.record("--overwrite")
        self.get(recorder, "/new")
        self.assertEqual(recorder.stop(), 0)
        self.assertEqual([step["url"] for step in recorder.steps()], ["/new"])
        self.assertFalse((folder / "session.log.post.7").exists())

    def test_nothing_recorded_leaves_nothing(self):
        recorder = self.record()
        self.assertEqual(recorder.stop(), 1)
        self.assertFalse(recorder.script.exists())

    def test_signals_end_it_well(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            recorder = self.record("--overwrite")
            self.get(recorder, "/x")
            wire, *_ = w.open_socket(recorder.port, "/echo/")
            stream, *_ = w.request(recorder.port, "GET /events HTTP/1.1\nHost: localhost\n")
            recorder.process.send_signal(sign)
            self.assertEqual(recorder.wait(), 0)
            self.assertSaid(recorder, "stretto play")
            # the stream of events was left when its head had come
            self.assertEqual(sorted(step["type"] for step in recorder.steps()),
                             ["REQ_GET", "REQ_GET", "WS_CLOSE", "WS_OPEN"])
            self.assertEqual([step["url"] for step in recorder.steps() if step.get("left")], ["/events"])
            self.script_is_readable(recorder, 4)

    def test_time_ends_it(self):
        recorder = self.record("--for", "300ms")
        self.get(recorder, "/x")
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(len(recorder.steps()), 1)

    def trace(self, recorder):
        path = pathlib.Path(f"{recorder.script}.trace")
        return [json.loads(line) for line in path.read_text().splitlines()], path.stat().st_mode & 0o777

    def test_trace(self):
        recorder = self.record()
        self.get(recorder, "/page/")
        wire, *_ = w.open_socket(recorder.port, "/echo/")
        wire.send(w.frame(w.TEXT, b"hello", mask=True))
        recorder.wait_for("WS_RECV")
        recorder.stop()
        entries, mode = self.trace(recorder)
        self.assertEqual(mode, 0o600)
        self.assertEqual([(e["what"], e["step"]) for e in entries],
                         [("request", 0), ("answer", 0), ("request", 1), ("send", 2), ("recv", 3)])
        self.assertEqual((entries[1]["status"], entries[3]["text"]), (200, "hello"))

    def test_no_trace(self):
        recorder = self.record()
        self.get(recorder, "/x")
        recorder.stop()
        self.trace(recorder)
        recorder = self.record("--no-trace", "--overwrite")
        self.get(recorder, "/x")
        recorder.stop()
        # nor one of the recording before
        self.assertEqual([p.name for p in recorder.script.parent.iterdir()], ["session.log"])

    def test_marks_are_typed(self):
        try:
            person, terminal = os.openpty()
        except OSError as why:
            self.skipTest(f"no pseudo-terminal here: {why}")
        recorder = self.record(stdin=terminal)
        recorder.wait_for("type a name and Enter")
        for typed, told in ((b" log in \n", "log in"), (b"\n", "mark 2"), (b"x" * 200 + b"\n", "x" * 80)):
            os.write(person, typed)
            recorder.wait_for(f"mark: what follows is '{told}'")
            self.get(recorder, "/x")
            self.get(recorder, "/y")
        os.write(person, b"\x04")
        self.get(recorder, "/z")
        self.assertEqual(recorder.stop(), 0)
        self.assertEqual([(step["url"], step.get("mark")) for step in recorder.steps()],
                         [("/x", "log in"), ("/y", None), ("/x", "mark 2"), ("/y", None),
                          ("/x", "x" * 80), ("/y", None), ("/z", None)])
        self.assertSaid(recorder, "--- log in ---")
        os.close(person)
        os.close(terminal)

    def test_dialects(self):
        self.fails(2, "there is no dialect 'nonsense'", self.target, "--dialect", "nonsense")
        recorder = self.record("--dialect", "shiny")
        self.get(recorder, "/x")
        recorder.stop()
        self.assertIn("# dialect: shiny", recorder.header())

    def test_own_browser(self):
        """A script stands in for Chromium: it tells its profile, asks, and ends."""
        browser = os.path.join(self.folder.name, "chromium-of-ours")
        told = os.path.join(self.folder.name, "told")
        os.mkfifo(told)
        pathlib.Path(browser).write_text(
            "#!/bin/sh\nfor last; do :; done\ntouch \"${1#--user-data-dir=}/kept\"\n"
            f"echo \"$1 $last\" > {told}\n"
            f"read word < {told}\n")
        os.chmod(browser, 0o755)
        with unittest.mock.patch.dict(os.environ, BROWSER=browser):
            recorder = self.record("--browser")
        with open(told, encoding="utf-8") as pipe:
            profile, url = pipe.read().split()
        profile = profile.removeprefix("--user-data-dir=")
        self.assertEqual(url, f"http://127.0.0.1:{recorder.port}/")
        self.assertTrue(os.path.exists(profile + "/kept"))
        self.get(recorder, "/x")
        with open(told, "w", encoding="utf-8") as pipe:
            pipe.write("bye\n")
        self.assertEqual(recorder.wait(), 0)
        self.assertFalse(os.path.exists(profile))

    def test_own_browser_ends_with_the_recording(self):
        browser = os.path.join(self.folder.name, "chromium-of-ours")
        told = os.path.join(self.folder.name, "told")
        os.mkfifo(told)
        pathlib.Path(browser).write_text(f"#!/bin/sh\necho \"$1 $$\" > {told}\nread word < {told}\n")
        os.chmod(browser, 0o755)
        with unittest.mock.patch.dict(os.environ, BROWSER=browser):
            recorder = self.record("--browser")
        with open(told, encoding="utf-8") as pipe:
            profile, pid = pipe.read().split()
        self.get(recorder, "/x")
        self.assertEqual(recorder.stop(), 0)
        self.assertFalse(os.path.exists(profile.removeprefix("--user-data-dir=")))
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid), 0)

    def test_browser_is_opened_on_the_address(self):
        heard = os.path.join(self.folder.name, "heard")
        browser = os.path.join(self.folder.name, "browser")
        os.mkfifo(heard)
        pathlib.Path(browser).write_text(f"#!/bin/sh\necho \"$1\" > {heard}\n")
        os.chmod(browser, 0o755)
        with unittest.mock.patch.dict(os.environ, BROWSER=browser):
            recorder = self.record("--open")
        self.assertEqual(pathlib.Path(heard).read_text(), f"http://127.0.0.1:{recorder.port}/\n")

    def test_browser_that_is_not_there_is_said(self):
        with unittest.mock.patch.dict(os.environ, BROWSER="/no/such/browser"):
            recorder = self.record("--open")
        recorder.wait_for("cannot start the browser '/no/such/browser'")

    def test_idle_ends_it_but_not_while_somebody_waits(self):
        recorder = self.record("--until-idle", "300ms")
        self.get(recorder, "/x")
        wire = w.connect(recorder.port)
        wire.send(b"GET /wait/later HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with self.assertRaises(subprocess.TimeoutExpired):
            recorder.process.wait(1)
        _, _, headers = w.request(self.target_port, "GET /go/later HTTP/1.1\nHost: localhost\n")
        _, headers = wire.head()
        self.assertEqual(b"".join(wire.body(headers)), b"it happened")
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual(len(recorder.steps()), 2)

    def test_reload_goes_on_and_leaving_ends(self):
        recorder = self.record()
        for _ in range(2):
            self.get(recorder, "/page/")
            wire, *_ = w.open_socket(recorder.port, "/echo/")
            wire.close()
            recorder.wait_for("WS_CLOSE")
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual([step["type"] for step in recorder.steps()],
                         ["REQ_HOME", "WS_OPEN", "WS_CLOSE"] * 2)

    def test_full_disk(self):
        limit = 4096
        recorder = self.record(setup=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        wire = None
        try:
            for _ in range(1000):
                wire, _, headers = w.request(recorder.port, "GET /x HTTP/1.1\nHost: localhost\n", wire=wire)
                b"".join(wire.body(headers))
        except (w.Lost, ConnectionError):
            pass
        self.assertEqual(recorder.wait(), 1)
        self.assertEqual(sum("File too large" in line for line in recorder.said), 1, recorder.said)
        self.assertGreater(len(recorder.steps()), 5)
        self.script_is_readable(recorder, len(recorder.steps()))

    def test_full_disk_in_a_body(self):
        limit = 65536
        recorder = self.record(setup=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.get(recorder, "/x")
        body = b"z" * (4 * limit)
        try:
            w.request(recorder.port, f"POST /reflect HTTP/1.1\nHost: localhost\nContent-Length: {len(body)}\n", body)
        except (w.Lost, ConnectionError):
            pass
        self.assertEqual(recorder.wait(), 1)
        self.assertSaid(recorder, "session.log.post.0: File too large")
        self.script_is_readable(recorder, 1)
        self.assertFalse((recorder.script.parent / "session.log.post.0").exists())

    def test_sudden_death_leaves_a_script(self):
        recorder = self.record()
        for number in range(20):
            self.get(recorder, f"/{number}")
        wire, *_ = w.open_socket(recorder.port, "/websocket/")
        wire.send(w.frame(w.TEXT, b'{"method":"init","data":{}}', mask=True))
        w.connect(recorder.port).send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
        recorder.wait_for("WS_SEND")
        recorder.kill()
        self.script_is_readable(recorder)
        entries, _ = self.trace(recorder)
        self.assertEqual(sum(entry["what"] == "answer" for entry in entries), 20)
        self.assertGreaterEqual(len(recorder.steps()), 22)

    def test_target_that_goes_away(self):
        gone = subprocess.Popen(["python3", "-c", (
            "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
            "c, _ = s.accept(); c.recv(9)")], stdout=subprocess.PIPE, text=True)
        recorder = Recorder(self.folder.name, f"http://127.0.0.1:{int(gone.stdout.readline())}")
        self.recorders.append(recorder)
        gone.wait()
        gone.stdout.close()
        self.assertIn(b"gives no answer", self.get(recorder, "/x"))
        recorder.wait_for("GET /x is not recorded: the target gave no answer")
        self.assertEqual(recorder.stop(), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
