"""Starts the reflecting server and the recorder; ports are the kernel's choice, and every process is
ended by the one that started it."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import wire as w
from mirror import Mirror

HERE = pathlib.Path(__file__).resolve().parent
RECORD = pathlib.Path(os.environ["STRETTO_BIN"]) / "stretto-record"
# Sanitizers keep memory of their own: the flat-memory checks then only run smaller.
SANITIZED = any(mark in RECORD.read_bytes() for mark in (b"__asan_init", b"__tsan_init"))
OPEN = re.compile(r"record: open http://(\S+):(\d+)/ in a browser")


class Recorder:
    def __init__(self, folder, target, *options, setup=None, stdin=subprocess.DEVNULL, env=None):
        self.script = pathlib.Path(folder) / "session.log"
        self.process = subprocess.Popen(
            [RECORD, target, "-o", self.script, "--listen", "127.0.0.1:0", *options],
            stdin=stdin, stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=setup,
            env={**os.environ, **(env or {})})
        self.said = []
        self.port = None
        self.opened = threading.Event()
        self.lines = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.opened.wait(30)

    def read(self):
        for line in self.process.stderr:
            with self.lines:
                self.said.append(line.rstrip("\n"))
                self.lines.notify_all()
            found = OPEN.match(line)
            if found:
                self.port = int(found.group(2))
                self.opened.set()
        self.opened.set()

    def wait_for(self, text):
        """Until it has said so."""
        with self.lines:
            assert self.lines.wait_for(lambda: any(text in line for line in self.said), 30), self.said

    def wait(self, timeout=30):
        code = self.process.wait(timeout)
        self.reader.join(timeout)
        self.process.stderr.close()
        return code

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self):
        self.process.kill()
        self.wait()

    def peak_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1))

    def steps(self):
        return [json.loads(line) for line in self.script.read_text().split("\n") if line[:1] == "{"]

    def header(self):
        return [line for line in self.script.read_text().split("\n") if line[:1] == "#"]


class RecorderCase(unittest.TestCase):
    """A reflecting server for the class, a folder and recorders for each test."""

    @classmethod
    def setUpClass(cls, *options, scheme="http"):
        cls.server = subprocess.Popen([sys.executable, "-B", HERE / "reflect.py", *options],
                                      stdout=subprocess.PIPE, text=True)
        cls.target_port = int(cls.server.stdout.readline())
        cls.target = f"{scheme}://127.0.0.1:{cls.target_port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        cls.server.wait()
        cls.server.stdout.close()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.recorders = []

    def tearDown(self):
        """Every recorder must end well, whatever it was in the middle of: leaks are seen only then."""
        w.close_all()
        for recorder in self.recorders:
            if recorder.process.poll() is None:
                recorder.stop()
            said = "\n".join(recorder.said)
            self.assertIn(recorder.process.returncode, (0, 1, -signal.SIGKILL), said)
            self.assertNotIn("Sanitizer", said)
            self.assertNotIn("runtime error", said)
        self.folder.cleanup()

    def record(self, *options, path="", **how):
        recorder = Recorder(self.folder.name, self.target + path, *options, **how)
        self.recorders.append(recorder)
        self.assertIsNotNone(recorder.port, recorder.said)
        return recorder

    def assertSaid(self, recorder, text):
        self.assertTrue(any(text in line for line in recorder.said), recorder.said)


class MirrorCase(RecorderCase):
    """The server that keeps every byte instead, in this process, and a recorder for each test."""
    how = {}

    @classmethod
    def setUpClass(cls):
        cls.mirror = Mirror()
        cls.target_port = cls.mirror.port
        cls.target = f"http://127.0.0.1:{cls.mirror.port}"

    @classmethod
    def tearDownClass(cls):
        cls.mirror.close()

    def setUp(self):
        super().setUp()
        self.recorder = self.record(**self.how)
        self.host = f"127.0.0.1:{self.recorder.port}"

    def exchange(self, port, raw):
        """All that is answered until the connection ends."""
        wire = w.connect(port)
        wire.send(raw)
        return self.rest(wire)

    def rest(self, wire):
        try:
            while True:
                wire.more()
        except (w.Lost, ConnectionResetError):
            return wire.data
