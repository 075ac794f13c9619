"""Plays a script and tells what its workers cost while all its sessions are there.

    watch.py FROM_S TO_S end|leave stretto-play SCRIPT URL ...

One line on stdout, between those seconds after its start: the workers' resident memory (KiB, all
together, the median of what was seen twice a second), the CPU of the busiest worker (share of a
core), that of all together, the descriptors that were open in the workers (median), and the player's
exit code.  By `end` the player is ended
then; by `leave` it plays to its end.
What it prints goes to stderr.
"""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PAGE_KIB = os.sysconf('SC_PAGE_SIZE') // 1024
EVERY_S = 0.5


def children(pid):
    try:
        return Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    except OSError:
        return []


def look_at(pid):
    """Resident KiB, CPU seconds and open descriptors of a process."""
    pages = int(Path(f'/proc/{pid}/statm').read_text().split()[1])
    cpu_ns = int(Path(f'/proc/{pid}/schedstat').read_text().split()[0])
    return pages * PAGE_KIB, cpu_ns / 1e9, len(os.listdir(f'/proc/{pid}/fd'))


def look(player):
    seen = {}
    for pid in children(player):
        try:
            seen[pid] = look_at(pid)
        except OSError:
            pass
    return seen


def tell(samples, code):
    if len(samples) < 2:
        sys.exit('nothing was seen between those seconds')
    first_at, first = samples[0]
    last_at, last = samples[-1]
    shares = [(last[pid][1] - first[pid][1]) / (last_at - first_at) for pid in last if pid in first]
    kib = statistics.median(sum(p[0] for p in seen.values()) for _, seen in samples)
    descriptors = statistics.median(sum(p[2] for p in seen.values()) for _, seen in samples)
    print(f'{kib:.0f} {max(shares):.6f} {sum(shares):.6f} {descriptors:.0f} {code}')


def main():
    from_s, to_s = float(sys.argv[1]), float(sys.argv[2])
    player = subprocess.Popen(sys.argv[4:], stdin=subprocess.DEVNULL, stdout=sys.stderr)
    begin = time.monotonic()
    samples = []
    while player.poll() is None:
        now = time.monotonic()
        if from_s <= now - begin <= to_s:
            samples.append((now, look(player.pid)))
        elif now - begin > to_s and sys.argv[3] == 'end':
            player.terminate()
        try:
            player.wait(EVERY_S)
        except subprocess.TimeoutExpired:
            pass
    tell([s for s in samples if s[1]], player.returncode)


main()
