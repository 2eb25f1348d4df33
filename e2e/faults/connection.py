"""A bare HTTP/1.1 connection that stays open: requests leave when a test says so, and answers are read when it asks for them.

One thread can so have requests under way on several connections, which start within microseconds of each other.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

ANSWER_WITHIN_S = 60.0
PIECE_BYTES = 65_536


@dataclass(frozen=True)
class Reply:
    """One answer: its headers have lower-case names, its body the exact bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def is_replay(self) -> bool:
        """The saved answer of an earlier request under the same idempotency key."""
        return self.headers.get("idempotent-replayed") == "true"


class Connection:
    """One connection of one merchant."""

    def __init__(self, url: str, key: str, timeout_s: float = ANSWER_WITHIN_S) -> None:
        where = urlsplit(url)
        self._host, self._key, self._rest = where.netloc, key, b""
        self._passed_on: list[str] = []
        self.socket = socket.create_connection((where.hostname, where.port), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self.socket.close()

    def send(self, method: str, path: str, form: dict[str, Any] | None = None, key: str | None = None) -> None:
        """Sends a request and does not wait; `key` is an idempotency key."""
        self.socket.sendall(self.request(method, path, form, key))

    def coming_from(self, address: str) -> Connection:
        """Requests from now on are passed on for a buyer at this address, as a proxy says it."""
        self._passed_on = [f"X-Forwarded-For: {address}"]
        return self

    def request(self, method: str, path: str, form: dict[str, Any] | None = None, key: str | None = None) -> bytes:
        """The bytes of a request."""
        body = urlencode(form or {}).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Authorization: Bearer {self._key}",
                 "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
                 *([f"Idempotency-Key: {key}"] if key else []), *self._passed_on, "", ""]
        return "\r\n".join(lines).encode() + body

    def receive(self) -> Reply:
        """The answer to the oldest request that has none yet."""
        while b"\r\n\r\n" not in self._rest:
            self._read_more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers["content-length"])
        while len(self._rest) < length:
            self._read_more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Reply(int(first.split(" ")[1]), headers, body)

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None, key: str | None = None) -> Reply:
        """One request and its answer."""
        self.send(method, path, form, key)
        return self.receive()

    def _read_more(self) -> None:
        piece = self.socket.recv(PIECE_BYTES)
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        self._rest += piece


def listed(connection: Connection, path: str) -> list[dict[str, Any]]:
    """Every object of a list, the newest first; `path` may hold a query."""
    found: list[dict[str, Any]] = []
    joint = "&" if "?" in path else "?"
    while True:
        after = f"&starting_after={found[-1]['id']}" if found else ""
        page = connection.ask("GET", f"{path}{joint}limit=100{after}")
        assert page.status == 200, page.body
        found += page.json["data"]
        if not page.json["has_more"]:
            return found
