#!/usr/bin/env python3
"""The live view, as a person sees it: the player in a pseudo-terminal, its output on a small screen.

Checked at each frame: one progress bar, its lines below it in their order, nothing of older frames,
nothing folded.  And in the end: the view is gone, the messages are there, the cursor is back."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("STRETTO_SOURCE", os.path.join(HERE, "../.."))
BIN = os.environ.get("STRETTO_BIN", os.path.join(SOURCE, "build/release/bin"))
SCRIPT = os.path.join(SOURCE, "tests/data/whales-sync.log")
BELOW = ["sessions ", "a second ", "   ", "page load ", "calculation ", "slowest ", "player "]
LIMIT_S = 60


class Screen:
    """As much of a terminal as the view uses."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines = [""] * rows
        self.row = self.column = 0
        self.cursor = True
        self.frames = 0
        self.gone = []  # what has scrolled away
        self.rest = ""

    def down(self):
        if self.row < self.rows - 1:
            self.row += 1
            return
        self.gone.append(self.lines.pop(0))
        self.lines.append("")

    def put(self, char):
        if self.column == self.columns:
            self.down()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + char + line[self.column + 1:]
        self.column += 1

    def control(self, mark, number, letter):
        if letter == "A":
            self.row = max(0, self.row - int(number or 1))
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif letter == "J":
            self.lines[self.row] = self.lines[self.row][:self.column]
            self.lines[self.row + 1:] = [""] * (self.rows - self.row - 1)
            self.check_frame()
        elif mark == "?" and number == "25":
            self.cursor = letter == "h"
        else:
            raise AssertionError(f"the screen does not know {mark}{number}{letter}")

    def feed(self, text):
        text = self.rest + text
        while text:
            if text[0] == "\033":
                code = re.match(r"\033\[(\??)(\d*)([A-Za-z])", text)
                if not code:
                    break  # the rest of it comes with the next bytes
                self.control(*code.groups())
                text = text[code.end():]
                continue
            if text[0] == "\n":
                self.down()
            elif text[0] == "\r":
                self.column = 0
            else:
                self.put(text[0])
            text = text[1:]
        self.rest = text

    def check_frame(self):
        bars = [i for i, line in enumerate(self.lines) if line.startswith("[")]
        if not bars:
            return
        self.frames += 1
        assert len(bars) == 1, "remains of an older frame:\n" + self.text()
        assert not any(line.startswith("[") for line in self.gone), "a frame has scrolled away"
        below = self.lines[bars[0] + 1:]
        for want, got in zip(BELOW, below[:self.rows - 2]):
            assert got.startswith(want), f"'{want}' is not where it belongs:\n" + self.text()
        assert all(len(line) < self.columns for line in below), "too long:\n" + self.text()
        assert all(not line or line.startswith("failed ") for line in below[len(BELOW):]), self.text()
        assert not self.cursor

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines)

    def all(self):
        return "\n".join(self.gone) + "\n" + self.text()


def serve(*modes):
    server = subprocess.Popen(["node", os.path.join(HERE, "scripted_server.mjs"), SCRIPT, *modes],
                              stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    assert url, "the server did not come up"
    return server, url


def watch(rows, columns, args, acts=()):
    """Plays in a terminal of that size.  Each act is (what the screen must show, bytes to type or a
    size to change to)."""
    screen = Screen(rows, columns)
    acts = list(acts)
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execv(os.path.join(BIN, "stretto"), ["stretto", "play", SCRIPT, *args])
    try:
        while True:
            if not select.select([fd], [], [], LIMIT_S)[0]:
                raise AssertionError("nothing for a minute:\n" + screen.text())
            try:
                data = os.read(fd, 65536)
            except OSError:  # the other end is closed
                break
            screen.feed(data.decode())
            if acts and re.search(acts[0][0], screen.text()):
                os.write(fd, acts.pop(0)[1])
        assert not acts, f"never shown: {acts[0][0]}\n" + screen.text()
        return screen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except BaseException:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(fd)


def check_end(screen):
    assert screen.cursor, "the cursor is still hidden"
    assert "a second " not in screen.text(), "the view is still there:\n" + screen.text()
    assert "play: see it: stretto analyze" in screen.text(), screen.text()
    assert screen.frames >= 2, "there was no view"


def main():
    work = tempfile.mkdtemp(prefix="stretto-live-")
    load = ["--sessions", "20", "--every", "100ms", "--think", "0.3"]
    good, good_url = serve()
    bad, bad_url = serve("fault=status-500")
    try:
        # A usual terminal: sessions in their states, times as they come, and the end.
        screen, code = watch(24, 80, [good_url, *load, "-o", f"{work}/usual"],
                             [(r"sessions +\d+ to start .*\n.*[1-9]\S* requests", b"")])
        assert code == 0, screen.all()
        check_end(screen)
        assert "20 sessions: 20 done, 0 failed, 0 lost" in screen.text()
        # Failures scroll away above the view, which counts them.
        screen, code = watch(24, 80, [bad_url, *load, "--every", "250ms", "-o", f"{work}/bad"],
                             [(r"play: session \d+: line \d+ [^[]*\n\[[^[]*\nfailed +\d+: line \d+", b"")])
        assert code == 1, screen.all()
        check_end(screen)
        assert re.search(r"20 sessions failed at line \d+ .*; look at: ", screen.all().replace("\n", ""))
        # A small one: lines are cut, not folded; the ones at the bottom are left out.
        screen, code = watch(8, 40, [good_url, *load, "-o", f"{work}/small"])
        assert code == 0, screen.all()
        assert screen.cursor and screen.frames >= 2
        # Ctrl-C once, and again: said above the view; the cursor comes back.
        screen, code = watch(24, 80, [good_url, *load, "--think", "20", "-o", f"{work}/stopped"],
                             [(r"[1-9]\d* thinking", b"\003"),
                              (r"play: stopping: no new .*\n(.*\n)*\[#*\.*\] .*stopping: the running", b"\003")])
        assert code == 1, screen.all()
        check_end(screen)
        assert "play: stopping now" in screen.all()
        # Not wanted here.
        screen, code = watch(24, 80, [good_url, *load, "-q", "-o", f"{work}/quiet"])
        assert code == 0 and screen.frames == 0
        told = re.sub(r"play: worker \d .*\n", "", screen.text())
        assert told.startswith("play: 20 sessions: 20 done, 0 failed"), screen.text()
        screen, code = watch(24, 80, [good_url, *load, "--progress", "plain", "-o", f"{work}/plain"])
        assert code == 0 and screen.frames == 0 and "one every 100 ms" in screen.all()
    finally:
        for server in (good, bad):
            server.terminate()
            server.wait()
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
