"""Webhook endpoints that misbehave, one way each, and a count of what they could push into whoever called.

Every endpoint is a listener on loopback of its own. A connection is handled in a thread, which ends when the caller closes
or when the endpoint itself is closed.
"""

from __future__ import annotations

import itertools
import socket
import threading
from typing import Callable, Iterator

HUGE_BYTES = 10 * 1024 * 1024
# Small, so that what was pushed is hardly more than what the caller took.
SEND_BUFFER_BYTES = 4_096
PIECE_BYTES = 4_096
REQUEST_BYTES_MAX = 4 * 1024 * 1024
DRIP_S = 0.5


Behaviour = Callable[["Hostile", socket.socket], Iterator[bytes]]


class Hostile:
    """One endpoint; `behave` handles a connection and gives the pieces that it pushes. With `is_down` nobody listens at its
    address until `open`."""

    def __init__(self, behave: Behaviour, is_down: bool = False) -> None:
        self._behave = behave
        self.closed = threading.Event()
        self.pushed: list[int] = []
        self.visits = 0
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        if not is_down:
            self.open()

    def open(self) -> None:
        """From now on it listens."""
        self._socket.listen(512)
        self._thread.start()

    def url(self, scheme: str = "http") -> str:
        """The address to register."""
        return f"{scheme}://127.0.0.1:{self._socket.getsockname()[1]}/hook"

    def close(self) -> None:
        """Stops listening, and lets go of everybody who waits."""
        self.closed.set()
        if self._thread.ident is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                came, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self._handle, args=(came,), daemon=True).start()

    def _handle(self, came: socket.socket) -> None:
        pushed = 0
        with came:
            came.settimeout(60)
            came.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            try:
                for piece in self._behave(self, came):
                    came.sendall(piece)
                    pushed += len(piece)
                    if self.closed.is_set():
                        break
            except OSError:
                pass
        self.pushed.append(pushed)


def read_request(came: socket.socket) -> tuple[bytes, bytes]:
    """Everything of one request: its head and its body."""
    got = b""
    while b"\r\n\r\n" not in got and len(got) < REQUEST_BYTES_MAX:
        piece = came.recv(65_536)
        if not piece:
            raise ConnectionResetError("the caller closed")
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += came.recv(65_536)
    return head, body


def good(events: list[str]) -> Behaviour:
    """Answers like a merchant, and notes the event."""

    def behave(_: Hostile, came: socket.socket) -> Iterator[bytes]:
        head, _ = read_request(came)
        named = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"webhook-id:")]
        events.extend(name.strip().decode() for name in named)
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    return behave


def silent(here: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Takes the request, a byte now and then, and never answers."""
    while came.recv(1) and not here.closed.is_set():
        yield b""


def dripping(here: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Answers a byte at a time and never ends its headers."""
    read_request(came)
    for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Drip: ", itertools.cycle(b"drip")):
        yield bytes([byte])
        here.closed.wait(DRIP_S)


def huge(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Ten megabytes of body."""
    read_request(came)
    yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % HUGE_BYTES
    yield from itertools.repeat(b"x" * PIECE_BYTES, HUGE_BYTES // PIECE_BYTES)


def endless(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Chunks without end."""
    read_request(came)
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"%x\r\n%s\r\n" % (PIECE_BYTES, b"x" * PIECE_BYTES), HUGE_BYTES // PIECE_BYTES)


def endless_headers(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Headers without end."""
    read_request(came)
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"X-Header-%d: %s\r\n" % (number, b"x" * 1_000) for number in range(HUGE_BYTES // 1_000))


def endless_line(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """One header without end."""
    read_request(came)
    yield b"HTTP/1.1 200 OK\r\nX-Header: "
    yield from itertools.repeat(b"x" * PIECE_BYTES, HUGE_BYTES // PIECE_BYTES)


def early_hints(here: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Interim answers without end, and never a final one."""
    read_request(came)
    while not here.closed.wait(0.01):
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 20


def garbage(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Something that is no HTTP."""
    read_request(came)
    yield b"\x00\xff\x16\x03SSH-2.0-OpenSSH_9.2\r\n\r\n" * 4


def closing(_: Hostile, __: socket.socket) -> Iterator[bytes]:
    """Closes as soon as somebody comes."""
    yield b""


def short_body(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Promises more than it sends."""
    read_request(came)
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"


def plain_text(_: Hostile, came: socket.socket) -> Iterator[bytes]:
    """Speaks plain HTTP to somebody who begins with TLS."""
    came.recv(1_024)
    yield b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def redirecting(status: int, target: str) -> Behaviour:
    """Sends whoever comes somewhere else."""

    def behave(_: Hostile, came: socket.socket) -> Iterator[bytes]:
        read_request(came)
        yield f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()

    return behave
