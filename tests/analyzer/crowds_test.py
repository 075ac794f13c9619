#!/usr/bin/env python3
"""Simulated crowds through the whole program: the story comes out, the picture keeps its bounds."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ANALYZE = os.path.join(os.environ["STRETTO_BIN"], "stretto-analyze")


def make(path, *options):
    subprocess.run([sys.executable, os.path.join(HERE, "make_run.py"), "-o", path, *options],
                   check=True)


def analyze(directory, *words):
    subprocess.run([ANALYZE, *words], cwd=directory, check=True, stdout=subprocess.DEVNULL)


def summary(directory):
    with open(os.path.join(directory, "report", "summary.json"), encoding="utf-8") as file:
        return {build["label"]: build for build in json.load(file)["builds"]}


def png_size(path):
    with open(path, "rb") as file:
        return struct.unpack(">II", file.read(24)[16:])


def test_story(directory):
    for build in ("sync", "async", "async2"):
        make(os.path.join(directory, build), "--build", build, "--every", "3.5")
    analyze(directory, "sync", "async", "async2")
    builds = summary(directory)
    loads = [builds[b]["page_load_us"]["p95"] for b in ("sync", "async", "async2")]
    assert loads == sorted(loads, reverse=True), loads
    assert builds["async2"]["calculation_us"]["p50"] < builds["async"]["calculation_us"]["p50"]
    assert abs(builds["async2"]["end_every_s"] - 3.5) < 0.1
    for chart in ("sessions", "aligned"):
        with open(os.path.join(directory, "report", chart + ".svg"), encoding="utf-8") as file:
            svg = file.read()
        assert len(re.findall(r'<g class="session"', svg)) == 150
        # a session has eight calculations, all in one path, with time to think between them
        rows = re.findall(r'<path class="wait calc"[^>]* d="([^"]*)"', svg)
        assert len(rows) == 150
        assert all(row.count("z") == 8 for row in rows)
        # 24 scripts and styles, of which side by side become one
        rows = re.findall(r'<path class="wait asset"[^>]* d="([^"]*)"', svg)
        assert len(rows) == 150
        assert all(1 <= row.count("z") <= 24 for row in rows)


def test_both_forms(directory):
    options = ("--sessions", "12", "--every", "2", "--fail", "5", "--stop", "1")
    make(os.path.join(directory, "ours"), *options)
    make(os.path.join(directory, "theirs"), "--form", "shinycannon", *options)
    analyze(directory, "ours", "theirs")
    ours, theirs = (summary(directory)[name] for name in ("ours", "theirs"))
    for counts in ("done", "failed", "unfinished", "seen"):
        assert ours["sessions"][counts] == theirs["sessions"][counts]
    assert ours["events"] == theirs["events"]
    for spread in ("page_load_us", "calculation_us", "session_us"):
        assert ours[spread]["count"] == theirs[spread]["count"]
        # theirs tells whole milliseconds
        assert abs(ours[spread]["p50"] - theirs[spread]["p50"]) <= 2000


def test_what_the_player_tells(directory):
    """Where requests spent their time, when the player was late, and waits that had no answer."""
    make(os.path.join(directory, "told"), "--every", "1", "--fail", "10", "--phases",
         "--untrusted", "12-15", "--untrusted", "10-12.5", "--untrusted", "40-41")
    make(os.path.join(directory, "plain"), "--every", "1", "--fail", "10")
    analyze(directory, "told", "plain")
    told, plain = (summary(directory)[name] for name in ("told", "plain"))
    spans = [(span["from_us"], span["to_us"]) for span in told["audit"]["untrusted"]]
    assert spans == [(10_000_000, 15_000_000), (40_000_000, 41_000_000)], spans
    assert not told["audit"]["kept_up"] and plain["audit"]["kept_up"]
    assert 0 < told["audit"]["waits_untrusted_share"] < 0.5
    assert told["failed_waits_us"] == plain["failed_waits_us"]
    assert told["failed_waits_us"]["count"] == told["sessions"]["failed"] == 5
    assert sum(step["failed"] for step in told["steps"]) == 5
    assert [step["took_us"] for step in told["steps"]] == [step["took_us"] for step in plain["steps"]]
    kinds = {step["type"] for step in told["steps"] if "timings" in step}
    assert kinds == {"REQ_HOME", "REQ_GET", "WS_OPEN"}, kinds
    assert not any("timings" in step for step in plain["steps"])
    # the seventh script waits for one of the first six connections, and opens none
    waits = told["steps"][7]["timings"]
    assert waits["blocked_us"]["p50"] > 0 and "connect_us" not in waits
    with open(os.path.join(directory, "report", "sessions.svg"), encoding="utf-8") as file:
        svg = file.read()
    # two, and one in the legend
    assert len(re.findall(r'<rect class="late"', svg)) == 3
    assert len(re.findall(r'<rect class="wait calc unanswered"', svg)) == 10 + 1


def test_large_crowd(directory):
    make(os.path.join(directory, "many"), "--sessions", "3500", "--every", "0.5", "--build",
         "async2")
    analyze(directory, "many")
    for chart in ("sessions", "aligned"):
        width, height = png_size(os.path.join(directory, "report", chart + ".png"))
        assert width == 1600 and height < 4000, (width, height)


def main():
    for test in (test_story, test_both_forms, test_what_the_player_tells, test_large_crowd):
        with tempfile.TemporaryDirectory() as directory:
            test(directory)
        print(test.__name__, "ok")


if __name__ == "__main__":
    main()
