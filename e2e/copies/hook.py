"""The merchant's webhook server as a witness: every request that arrived, in order, with its time.

It can fail the first tries, and it can hold requests: they are counted as arrived and stay without an answer until the
test lets go, as those of a slow server would.
"""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass

from listener import Listener

HELD_AT_MOST_S = 300.0


@dataclass(frozen=True)
class Arrival:
    """One request: the event, the path, the signature, the body, and when it came by the clock that never goes back."""

    event: str
    path: str
    signature: str
    header_id: str
    body: bytes
    at: float
    was_held: bool

    @property
    def told(self) -> str:
        """The body as every copy tells it. Links begin with the address under which browsers reach the copy that sends; behind a
        balancer they all have one, and here each has its own."""
        return re.sub(r"http://127\.0\.0\.1:\d+", "", self.body.decode("utf-8"))


class Hook(Listener):
    """Fails the first tries of each event at each path, and holds requests while it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self._arrivals: list[Arrival] = []
        self._holds = False
        self._let_go = threading.Event()
        super().__init__()

    def arrivals(self, path: str = "/hook") -> list[Arrival]:
        """What has arrived so far."""
        with self._lock:
            return [arrival for arrival in self._arrivals if arrival.path == path]

    def hold(self, holds: bool) -> None:
        """Whether requests that arrive from now on are held. Those that are held stay so."""
        with self._lock:
            self._holds = holds

    def let_go(self) -> None:
        """Answers everything that was held."""
        self.hold(False)
        self._let_go.set()

    def close(self) -> None:
        """Stops listening."""
        self.let_go()
        super().close()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Notes the arrival, and returns when the answer may leave."""
        event = json.loads(body)["id"]
        with self._lock:
            is_held = self._holds
            earlier = sum(a.event == event and a.path == path for a in self._arrivals)
            self._arrivals.append(Arrival(event, path, headers.get("stripe-signature", ""), headers.get("webhook-id", ""),
                                          body, time.monotonic(), is_held))
        if is_held:
            self._let_go.wait(HELD_AT_MOST_S)
        return (500 if earlier < self.failures else 200), {}
