"""A merchant's webhook server on loopback: keeps what arrives, answers what the test wants."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable

import waiting
from listener import Listener


@dataclass
class Delivery:
    """One received webhook: path, headers with lower-case names, and the exact body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The body as JSON."""
        return json.loads(self.body)


class Receiver(Listener):
    """Keeps every delivery, and answers each path with the status that a test chose for it, or with 200."""

    def __init__(self) -> None:
        self.status_by_path: dict[str, int] = {}
        self._deliveries: list[Delivery] = []
        super().__init__()

    def arrived(self, path: str = "/hook") -> list[Delivery]:
        """What has arrived on `path` so far."""
        with self._lock:
            return [d for d in self._deliveries if d.path == path]

    def wait(self, wanted: Callable[[dict[str, Any]], bool], what: str, path: str = "/hook") -> Delivery:
        """The first delivery on `path` whose event is wanted; fails at the deadline."""
        return waiting.until(
            lambda: next((d for d in self.arrived(path) if wanted(d.event)), None), f"webhook {what}"
        )

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Keeps the delivery; a redirect leads to a path of its own."""
        with self._lock:
            self._deliveries.append(Delivery(path, headers, body))
        status = self.status_by_path.get(path, 200)
        return status, {"Location": self.url("/elsewhere")} if 300 <= status < 400 else {}
