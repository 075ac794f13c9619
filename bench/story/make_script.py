"""Writes a script of a Shiny session to stdout: what `scripts/bench story` plays.

    make_script.py MINUTES SENDS BYTES

A page of 30 files, then SENDS settings of a slider, evenly over MINUTES, each answered by a table
and a plot after 80 to 250 ms; the messages have BYTES in all.  The same arguments give the same
bytes: sizes and times come from a fixed seed.
"""
import json
import random
import sys

FILES = 30
FILE_BYTES = 10_000
# Of a send's answer, the plot's share: a picture in a data URL; the rest is the table.
PLOT_SHARE = 0.8

random.seed(7)


def utc(us):
    seconds, rest = divmod(us, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    return f'2026-11-21T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{rest // 1000:03d}Z'


def write(kind, begin_us, end_us=None, **more):
    step = {'type': kind, 'begin': utc(begin_us)}
    if end_us is not None:
        step['end'] = utc(end_us)
    step.update(more)
    step['begin_us'] = begin_us % 1000
    if end_us is not None:
        step['end_us'] = end_us % 1000
    print(json.dumps(step, separators=(',', ':')))


def page():
    write('REQ_HOME', 0, 20_000, status=200, url='/', bytes=20_000)
    for i in range(FILES):
        begin = 25_000 + i // 6 * 9_000
        kind = 'js' if i % 2 else 'css'
        write('REQ_GET', begin, begin + 6_000, status=200, url=f'/shared/part-{i}.{kind}', bytes=FILE_BYTES)
    write('WS_OPEN', 90_000, 95_000, url='/websocket/')
    write('WS_SEND', 100_000, message=json.dumps({'method': 'init', 'data': {'n:shiny.number': 0}}))
    config = {'config': {'workerId': '${WORKER}', 'sessionId': '${SESSION}', 'user': None}}
    write('WS_RECV_INIT', 104_000, message=json.dumps(config))


def text(size, letters):
    return ''.join(random.choices(letters, k=size))


def answer(number, size):
    plot = int(size * PLOT_SHARE)
    picture = 'data:image/png;base64,' + text(plot, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
    rows = '<tr><td>' + text(24, 'abcdef ') + '</td><td>' + str(number) + '</td></tr>\n'
    table = '<table>' + rows * max(1, (size - plot) // len(rows)) + '</table>'
    return {'errors': {}, 'values': {'plot': {'src': picture, 'width': 600, 'height': 400}, 'table': table}, 'inputMessages': []}


def main():
    minutes, sends, size = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    length_us = minutes * 60_000_000
    print('# version: 1\n# target_url: http://127.0.0.1:1/\n# target_type: R/Shiny\n# dialect: shiny')
    page()
    for i in range(sends):
        at = 1_000_000 + i * (length_us - 2_000_000) // sends
        update = {'method': 'update', 'data': {'n:shiny.number': i + 1}}
        write('WS_SEND', at, message=json.dumps(update))
        write('WS_RECV', at + random.randint(80_000, 250_000), message=json.dumps(answer(i, size // sends)))
    write('WS_CLOSE', length_us - 1_000)


main()
