"""A line of the table of `scripts/bench scale`: report.py NAME MANY_DIR FEW_DIR LIMITS FROM_S TO_S

The folders hold a run (run/) and what watch.py said of it (seen), of many sessions and of few.
LIMITS: KIB_A_SESSION,CPU_A_WORKER,LATE_P50_MS,LATE_P99_MS; "-": none.  A figure has its limit behind
it, and a "!" where it is above.
"""
import csv
import json
import statistics
import sys
from pathlib import Path


def read(folder):
    kib, most, together, descriptors, code = (folder / 'seen').read_text().split()
    run = json.loads((folder / 'run/run.json').read_text())
    return {'kib': float(kib), 'cpu': float(most), 'descriptors': int(descriptors), **run}


def lateness(folder, begin_s, end_s):
    """p50 and p99 in ms: those of the second that is in the middle of all in between."""
    if not (folder / 'run/audit.csv').exists():
        return None, None
    with (folder / 'run/audit.csv').open() as file:
        rows = [row for row in csv.DictReader(line for line in file if not line.startswith('#'))
                if begin_s <= float(row['elapsed_us']) / 1e6 <= end_s and float(row['actions'] or 0)]
    if not rows:
        return None, None
    return [statistics.median(float(row[name]) for row in rows) / 1000 for name in ('late_p50_us', 'late_p99_us')]


def with_limit(value, limit, digits):
    if value is None:
        return '-'
    text = f'{value:.{digits}f}'
    if limit == '-':
        return text
    return f"{text} ({limit}){'' if value <= float(limit) else ' !'}"


def main():
    name, many_dir, few_dir = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    limits = sys.argv[4].split(',')
    many, few = read(many_dir), read(few_dir)
    a_session = (many['kib'] - few['kib']) / (many['planned'] - few['planned'])
    late = lateness(many_dir, float(sys.argv[5]), float(sys.argv[6]))
    print(f"{name:<10}{many['planned']:>9}{many['done']:>8}{many['failed'] + many['lost']:>8}"
          f"{with_limit(a_session, limits[0], 1):>14}{with_limit(many['cpu'] * 100, limits[1], 1):>14}"
          f"{with_limit(late[0], limits[2], 2):>14}{with_limit(late[1], limits[3], 2):>14}")


main()
