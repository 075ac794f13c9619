"""Runs a command and tells what it and all that it started cost: watch.py COMMAND [ARGS]

One line on stdout: PEAK_KIB CPU_S EXIT_CODE.  PEAK_KIB is the largest sum of resident memory of the
processes of its session, looked at ten times a second; CPU_S their user and system time.  What it
prints goes to stderr.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

TICK_S = os.sysconf('SC_CLK_TCK')
PAGE_KIB = os.sysconf('SC_PAGE_SIZE') // 1024


def members(session):
    """The fields of /proc/PID/stat behind the name, of each process of the session."""
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = path.read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            yield path.parent.name, fields


def main():
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True)
    peak, cpu = 0, {}
    while True:
        ended = child.poll() is not None
        now = 0
        for pid, fields in members(child.pid):
            now += int(fields[21]) * PAGE_KIB
            cpu[pid] = (int(fields[11]) + int(fields[12])) / TICK_S
        peak = max(peak, now)
        if ended:
            break
        time.sleep(0.1)
    print(peak, f'{sum(cpu.values()):.2f}', child.returncode)


main()
