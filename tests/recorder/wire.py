"""Bytes of HTTP/1.1 and WebSocket, written and read by hand, so that a test sees what really passed."""
import base64
import hashlib
import os
import socket
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


class Lost(Exception):
    """The peer closed the connection."""


class Wire:
    """A socket with a read buffer."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def more(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise Lost()
        self.data += piece

    def until(self, mark):
        while mark not in self.data:
            self.more()
        found, self.data = self.data.split(mark, 1)
        return found

    def exactly(self, count):
        parts, missing = [self.data], count - len(self.data)
        while missing > 0:  # joined once at the end: messages may be of 64 MiB
            self.data = b""
            self.more()
            parts.append(self.data)
            missing -= len(self.data)
        whole = b"".join(parts)
        found, self.data = whole[:count], whole[count:]
        return found

    def pieces(self, count):
        """The next `count` bytes, as they come."""
        while count:
            if not self.data:
                self.more()
            piece, self.data = self.data[:count], self.data[count:]
            count -= len(piece)
            yield piece

    def head(self):
        """(first line, [(name, value)]) of a request or an answer."""
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        return lines[0], [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]

    def chunks(self):
        while True:
            size = int(self.until(b"\r\n"), 16)
            if size:
                yield self.exactly(size)
            self.exactly(2)
            if not size:
                return

    def body(self, headers):
        """The pieces of a body, by what its headers say."""
        if (header(headers, "Transfer-Encoding") or "").lower() == "chunked":
            return self.chunks()
        return self.pieces(int(header(headers, "Content-Length") or 0))

    def frame(self):
        """(fin, opcode, payload, masked); with a bit of an extension set, opcode has RSV1 as 64."""
        first, second = self.exactly(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self.exactly(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.exactly(8))[0]
        mask = self.exactly(4) if second & 128 else b""
        payload = self.exactly(length)
        return bool(first & 128), first & 127, masked(payload, mask), bool(mask)

    def send(self, data):
        self.sock.sendall(data)

    def end(self):
        """No more from us; the other side may go on."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()


def header(headers, name):
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def headers_named(headers, name):
    return [value for key, value in headers if key.lower() == name.lower()]


def masked(payload, mask):
    if not mask:
        return payload
    keys = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(len(payload), "big")


RSV1 = 64


def frame(opcode, payload=b"", fin=True, mask=False):
    """mask: False, True, or the four bytes themselves."""
    length = len(payload)
    head = bytes([(128 if fin else 0) | opcode])
    bit = 128 if mask else 0
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    key = os.urandom(4) if mask is True else mask or b""
    return head + key + masked(payload, key)


CONNECTED = []


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(30)
    CONNECTED.append(sock)
    return Wire(sock)


def close_all():
    while CONNECTED:
        CONNECTED.pop().close()


def request(port, text, body=b"", wire=None):
    """Sends a request written out by the test; (wire, first line, headers) of the answer."""
    wire = wire or connect(port)
    wire.send(text.replace("\n", "\r\n").encode("latin-1") + b"\r\n" + body)
    first, headers = wire.head()
    return wire, first, headers


def open_socket(port, path, extra=""):
    key = base64.b64encode(os.urandom(16)).decode()
    wire, first, headers = request(
        port,
        f"GET {path} HTTP/1.1\nHost: 127.0.0.1:{port}\nConnection: keep-alive, Upgrade\n"
        f"Upgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: {key}\n{extra}",
    )
    return wire, first, headers, key
