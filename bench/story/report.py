"""What a run says of its player: report.py RUN FROM_S TO_S

The whole from run.json; of the steady state, which is between those seconds of the run, its
audit.csv, a row a second.
"""
import csv
import json
import sys
from pathlib import Path


def fact(name, value):
    print(f'{name:28}{value}')


def tell_run(run):
    kib = run['worker_rss_peak_kb']
    fact('sessions', '{planned} planned = {done} done + {failed} failed + {lost} lost'.format(**run))
    fact('received', f"{run['bytes_received'] / 1e6:.0f} MB in all, {run['bytes_received'] / run['planned'] / 1e6:.2f} MB a session")
    fact('memory of the workers', f"{kib / 1024:.0f} MiB at most, {kib / run['planned']:.1f} KiB a session")
    fact('player', 'kept up' if run['audit']['kept_up'] else 'did not keep up')


def numbers(row):
    return {name: float(value or 0) for name, value in row.items() if name != 'timestamp'}


def tell_steady_state(rows):
    def mean(name):
        return sum(row[name] for row in rows) / len(rows)

    fact('steady state', f'{len(rows)} s')
    fact('actions a second', f"{mean('actions'):.0f}")
    fact('lateness, mean of seconds', f"p50 {mean('late_p50_us') / 1000:.2f} ms, p99 {mean('late_p99_us') / 1000:.2f} ms")
    fact('lateness, worst second', f"p99 {max(row['late_p99_us'] for row in rows) / 1000:.2f} ms")
    fact('longest stall of a loop', f"{max(row['stall_max_us'] for row in rows) / 1000:.2f} ms")
    for name in sorted(name for name in rows[0] if name.startswith('cpu_')):
        fact(f'CPU of worker {name[4:]}', f'{mean(name) * 100:.1f} % of a core')


def main():
    folder, begin_s, end_s = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    tell_run(json.loads((folder / 'run.json').read_text()))
    with (folder / 'audit.csv').open() as file:
        rows = [numbers(row) for row in csv.DictReader(line for line in file if not line.startswith('#'))]
    steady = [row for row in rows if begin_s <= row['elapsed_us'] / 1e6 <= end_s]
    if steady:
        tell_steady_state(steady)
    else:
        fact('steady state', 'none: the run was too short')


main()
