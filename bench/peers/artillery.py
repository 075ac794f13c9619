"""Writes artillery's configuration of the same load to stdout: artillery.py PORT USERS SECONDS MESSAGES

Its `send` does not wait for the answer.
"""
import sys

from text import TEXT

port, users, seconds, messages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
print(f'''config:
  target: ws://127.0.0.1:{port}/socket
  phases:
    - duration: {seconds}
      arrivalCount: {users}
scenarios:
  - engine: ws
    flow:
      - loop:
          - think: 1
          - send: "{TEXT}"
        count: {messages}
      - think: 1''')
