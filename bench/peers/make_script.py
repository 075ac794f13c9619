"""Writes the script that stretto and its peers play, to stdout: make_script.py MESSAGES

One WebSocket, a message of 57 bytes each second, which is answered at once by as many.
"""
import json
import sys

from text import TEXT


def utc(ms):
    minutes, rest = divmod(ms, 60_000)
    return f'2026-11-21T00:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}Z'


def write(kind, ms, **more):
    print(json.dumps({'type': kind, 'begin': utc(ms), **more}))


print('# version: 1\n# target_url: http://127.0.0.1:1/\n# dialect: plain')
write('WS_OPEN', 0, end=utc(1), url='/socket')
for i in range(int(sys.argv[1])):
    write('WS_SEND', 1000 + i * 1000, message=TEXT)
    write('WS_RECV', 1001 + i * 1000, message=TEXT)
write('WS_CLOSE', 1500 + int(sys.argv[1]) * 1000)
