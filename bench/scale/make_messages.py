"""Writes a script of messages to stdout: make_messages.py COUNT GAP_MS

One WebSocket, one message of 57 bytes after the other, GAP_MS apart, each answered at once by as
many.
"""
import json
import sys

TEXT = 'a message as long as those that apps send to each other..'


def utc(ms):
    minutes, rest = divmod(ms, 60_000)
    return f'2026-11-21T00:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}Z'


def write(kind, ms, **more):
    print(json.dumps({'type': kind, 'begin': utc(ms), **more}))


count, gap_ms = int(sys.argv[1]), int(sys.argv[2])
print('# version: 1\n# target_url: http://127.0.0.1:1/\n# dialect: plain')
write('WS_OPEN', 0, end=utc(0), url='/echo')
for i in range(count):
    write('WS_SEND', (i + 1) * gap_ms, message=TEXT)
    write('WS_RECV', (i + 1) * gap_ms, message=TEXT)
write('WS_CLOSE', (count + 1) * gap_ms)
