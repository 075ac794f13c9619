"""A server whose answers go out in two writes, Nagle's algorithm on, and a plain client that keeps
its connection: together they stall, because the second write waits for the first one's delayed ACK.

    nagle.py serve        prints its URL; at SIGTERM how many connections it had
    nagle.py ask URL N    N times each kind of exchange, on one connection: waits in ms as JSON

GET /two answers in two writes, GET /one in one; on the WebSocket /ws each message is answered by two
of LINE bytes, in two writes if the message begins with '2'.
"""
import base64
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.parse

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BODY = b"x" * 100
connections = 0


def read_head(stream):
    lines = []
    for line in stream:
        if line == b"\r\n":
            return lines
        lines.append(line)
    return None


def read_message(stream):
    """The payload of a short masked frame; None at the end or at a close."""
    start = stream.read(2)
    if len(start) < 2 or start[0] & 15 == 8:
        return None
    mask = stream.read(4)
    return bytes(byte ^ mask[i & 3] for i, byte in enumerate(stream.read(start[1] & 127)))


def answer(sock, parts, writes):
    for part in parts if writes == 2 else [b"".join(parts)]:
        sock.sendall(part)


def frame(payload):
    return bytes([0x81, len(payload)]) + payload


def talk(sock, stream, key):
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    while (message := read_message(stream)) is not None:
        answer(sock, [frame(b'{"first":1}'), frame(b'{"second":2}')], 2 if message[:1] == b"2" else 1)


def serve_one(sock):
    with sock, sock.makefile("rb") as stream:
        while head := read_head(stream):
            path = head[0].split()[1]
            keys = [line.split(b":", 1)[1].strip() for line in head
                    if line.lower().startswith(b"sec-websocket-key:")]
            if keys:
                talk(sock, stream, keys[0])
                return
            start = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(BODY)
            answer(sock, [start, BODY], 2 if path == b"/two" else 1)


def tell_connections(*_):
    print(connections, flush=True)
    os._exit(0)


def serve():
    global connections
    signal.signal(signal.SIGTERM, tell_connections)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            sock, _ = listener.accept()
            connections += 1
            threading.Thread(target=serve_one, args=(sock,), daemon=True).start()


def timed(act):
    begin = time.monotonic()
    act()
    return 1000 * (time.monotonic() - begin)


def ask_http(host, port, path, count):
    connection = http.client.HTTPConnection(host, port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def act():
        connection.request("GET", path)
        connection.getresponse().read()

    return [timed(act) for _ in range(count)]


def ask_socket(host, port, word, count):
    sock = socket.create_connection((host, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(os.urandom(16)) + b"\r\n\r\n")
    stream = sock.makefile("rb")
    read_head(stream)

    def act():
        sock.sendall(bytes([0x81, 0x80 | len(word)]) + bytes(4) + word)  # a mask of zeros
        for _ in range(2):
            stream.read(stream.read(2)[1])

    return [timed(act) for _ in range(count)]


def ask(url, count):
    where = urllib.parse.urlsplit(url)
    host, port = where.hostname, where.port
    print(json.dumps({
        "http2": ask_http(host, port, "/two", count), "http1": ask_http(host, port, "/one", count),
        "ws2": ask_socket(host, port, b"2 writes", count), "ws1": ask_socket(host, port, b"1 write", count)}))


if sys.argv[1] == "serve":
    serve()
else:
    ask(sys.argv[2], int(sys.argv[3]))
