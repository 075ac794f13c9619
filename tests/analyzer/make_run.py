#!/usr/bin/env python3
"""Writes a run's directory as if a crowd had been played against one of three builds of an app.

The app is a queue: one thread serves everything, first come first served.  `sync` calculates on that
thread; `async` calculates in a pool and unpacks the whole table on the thread; `async2` unpacks little.
So the pictures look like real ones, and the same seed gives the same run."""
import argparse
import datetime
import heapq
import json
import os
import random

ASSETS = 24
CALCULATIONS = 8
THINK = 2.0
EPOCH = 1795221212.723
# seconds of work: on the thread before, in the pool, on the thread after
BUILDS = {
    "sync": (0.42, 0.0, 0.0),
    "async": (0.01, 0.45, 0.33),
    "async2": (0.01, 0.45, 0.06),
}


def stamp(at):
    moment = datetime.datetime.fromtimestamp(EPOCH + at, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment.microsecond // 1000)


def script_steps():
    """(type, fields, begin, end) as one user alone would see them."""
    steps = [("REQ_HOME", {"url": "/", "status": 200}, 0.0, 0.06)]
    at = 0.1
    for i in range(ASSETS):
        ending = "js" if i % 2 else "css"
        steps.append(("REQ_GET", {"url": "/lib-%d/file.%s" % (i, ending), "status": 200},
                      at, at + 0.008))
        at += 0.01
    steps.append(("WS_OPEN", {"url": "/websocket/"}, at, at))
    steps.append(("WS_SEND", {"message": '{"method":"init","data":{}}'}, at + 0.02, at + 0.02))
    steps.append(("WS_RECV_INIT", {"message": '{"config":{"sessionId":"${SESSION}"}}'},
                  at + 0.05, at + 0.05))
    at += 0.05
    for i in range(CALCULATIONS):
        at += THINK
        steps.append(("WS_SEND", {"message": '{"method":"update","data":{"tab":%d}}' % i}, at, at))
        at += 0.45
        steps.append(("WS_RECV", {"message": '{"values":{"plot_%d":1}}' % i}, at, at))
        at += 0.02
        steps.append(("WS_RECV", {"message": '{"values":{"table_%d":1}}' % i}, at, at))
    steps.append(("WS_CLOSE", {}, at + 1.0, at + 1.0))
    return steps


def write_script(path, steps):
    with open(path, "w", encoding="utf-8") as out:
        out.write("# version: 1\n# target_url: http://127.0.0.1:3838/\n# target_type: R/Shiny\n")
        for kind, fields, begin, end in steps:
            line = {"type": kind, "begin": stamp(begin)}
            if kind.startswith("REQ"):
                line["end"] = stamp(end)
            line.update(fields)
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
    return 4  # the first step's line


class Crowd:
    def __init__(self, args):
        self.args = args
        self.random = random.Random(args.seed)
        self.events = []
        self.count = 0
        self.thread_free = 0.0
        self.pool = [0.0] * 4
        self.rows = []

    def wake(self, at, session):
        self.count += 1
        heapq.heappush(self.events, (at, self.count, session))

    def run(self):
        for i in range(self.args.sessions):
            session = self.play(i)
            self.wake(next(session), session)
        while self.events:
            _, _, session = heapq.heappop(self.events)
            try:
                self.wake(next(session), session)
            except StopIteration:
                pass

    def on_thread(self, at, work):
        self.thread_free = max(at, self.thread_free) + work * self.random.uniform(0.7, 1.4)
        return self.thread_free

    def in_pool(self, at, work):
        i = self.pool.index(min(self.pool))
        self.pool[i] = max(at, self.pool[i]) + work * self.random.uniform(0.7, 1.4)
        return self.pool[i]

    def row(self, session, event, at, line, comment="", phases=""):
        self.rows.append((at, session, event, line, comment, phases))

    def step(self, session, kind, line, begin, end):
        self.row(session, kind + "_START", begin, line)
        if end is not None:
            self.row(session, kind + "_END", end, line, phases=self.phases(kind, line, begin, end))

    def phases(self, kind, line, begin, end):
        """The columns behind `comment`: the first six requests open a connection, all wait for their answer."""
        if not self.args.phases:
            return ""
        if not kind.startswith("REQ") and kind != "WS_OPEN":
            return "," * 6
        took = int((end - begin) * 1e6)
        opens = line < 10 or kind == "WS_OPEN"
        connect = min(took // 10, 900) if opens else ""
        blocked = 0 if opens else took // 4
        size = "" if kind == "WS_OPEN" else 400 + 1000 * (line % 7)
        return ",%d,%s,%s,,%d,%s" % (blocked, 30 if line == 4 else "", connect,
                                     took - blocked - (connect or 0) - took // 8, size)

    def play(self, n):
        steps = script_steps()
        now = yield from self.pause(n * self.args.every)
        self.row(n, "PLAYER_SESSION_CREATE", now, 0)
        fails = self.args.fail and n % self.args.fail == self.args.fail - 1
        stops = self.args.stop and n >= self.args.sessions - self.args.stop
        before, pool, after = BUILDS[self.args.build]
        burst = []
        for i, (kind, _, _, _) in enumerate(steps):
            line = i + 4
            begin = now
            if kind == "WS_RECV" and steps[i - 1][0] == "WS_SEND":
                if fails and i > len(steps) // 2:
                    self.step(n, kind, line, begin, None)
                    now = yield from self.pause(begin + 3.0)
                    self.row(n, "PLAYBACK_FAIL", now, line, 'no answer in 3 s, "plot" is missing')
                    return
                if stops and i > len(steps) // 2:
                    self.step(n, kind, line, begin, None)
                    return
                now = yield from self.pause(self.on_thread(now, before))
                if pool:
                    now = yield from self.pause(self.in_pool(now, pool))
                    now = yield from self.pause(self.on_thread(now, after))
            elif kind == "REQ_HOME":
                now = yield from self.pause(self.on_thread(now, 0.05))
            elif kind == "REQ_GET":
                end = self.on_thread(now, 0.006)
                self.step(n, kind, line, begin, end)
                burst.append(end)
                if len(burst) == 6 or steps[i + 1][0] != "REQ_GET":
                    now = yield from self.pause(max(burst))
                    burst = []
                continue
            elif kind in ("WS_OPEN", "WS_RECV_INIT"):
                now = yield from self.pause(self.on_thread(now, 0.02))
            elif kind in ("WS_SEND", "WS_CLOSE") and steps[i - 1][0] != "WS_OPEN":
                begin = now = yield from self.pause(now + THINK)
            self.step(n, kind, line, begin, now)
        self.row(n, "PLAYBACK_DONE", now, 0)

    @staticmethod
    def pause(until):
        yield until
        return until


def text_row(at, session, event, line, comment, phases, form):
    ms = (EPOCH + at) * 1000
    time = "%d" % ms if form == "shinycannon" else "%.3f" % ms
    quoted = '"%s"' % comment.replace('"', '""') if comment else ""
    return "%d,%d,0,%s,%s,%d,%s%s\n" % (session, session, event, time, line, quoted, phases)


HEADER = "session_id,worker_id,iteration,event,timestamp,input_line_number,comment"
PHASES = ",blocked_us,dns_us,connect_us,tls_us,first_byte_us,bytes"


def write_rows(args, rows):
    rows.sort(key=lambda row: row[0])
    os.makedirs(os.path.join(args.output, "sessions"))
    files = {}
    for at, session, event, line, comment, phases in rows:
        name = "%d_%d_0.csv" % (session, session) if args.form == "shinycannon" else \
            "%d.csv" % (session % args.processes)
        files.setdefault(name, []).append(text_row(at, session, event, line, comment,
                                                   phases, args.form))
    for name, lines in files.items():
        with open(os.path.join(args.output, "sessions", name), "w", encoding="utf-8") as out:
            if args.form == "shinycannon":
                out.write("# played by a simulation\n")
            out.write(HEADER + (PHASES if args.phases else "") + "\n")
            out.writelines(lines)


def write_json(args, rows):
    done = sum(row[2] == "PLAYBACK_DONE" for row in rows)
    failed = sum(row[2] == "PLAYBACK_FAIL" for row in rows)
    with open(os.path.join(args.output, "run.json"), "w", encoding="utf-8") as out:
        json.dump({"version": 1, "target": "http://127.0.0.1:3838/", "state": "ended",
                   "planned": args.sessions, "done": done, "failed": failed, "lost": 0,
                   "lateness_us": {"p50": args.late // 3, "p99": args.late},
                   "audit": audit(args)}, out)


def audit(args):
    """As the player tells it: when it was late, on the wall clock."""
    wall = [{"from_us": round((EPOCH + float(begin)) * 1e6), "to_us": round((EPOCH + float(end)) * 1e6),
             "p99_us": 38000} for begin, end in (span.split("-") for span in args.untrusted)]
    return {"late_limit_us": 20000, "late_p50_us": args.late // 3, "late_p99_us": args.late,
            "kept_up": not wall, "untrusted": wall}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--build", choices=sorted(BUILDS), default="sync")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--every", type=float, default=5.0, help="seconds")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--form", choices=("stretto", "shinycannon"), default="stretto")
    parser.add_argument("--fail", type=int, default=0, help="every N-th session fails")
    parser.add_argument("--stop", type=int, default=0, help="the last N sessions have no end")
    parser.add_argument("--late", type=int, default=1200, help="lateness p99, microseconds")
    parser.add_argument("--untrusted", action="append", default=[], metavar="FROM-TO",
                        help="seconds in which the player was late; may be repeated")
    parser.add_argument("--phases", action="store_true", help="say where the requests' time went")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.makedirs(args.output)
    write_script(os.path.join(args.output, "recording.log"), script_steps())
    crowd = Crowd(args)
    crowd.run()
    write_rows(args, crowd.rows)
    if args.form == "stretto":
        write_json(args, crowd.rows)


if __name__ == "__main__":
    main()
