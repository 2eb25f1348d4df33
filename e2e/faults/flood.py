"""An open flood of payments: requests leave when they are due, whether or not earlier ones were answered.

One thread drives thousands of connections. They are opened before, so that a flood is one of requests and not of
handshakes. A request that is turned away is not sent again: afterwards it must have changed nothing.
"""

from __future__ import annotations

import json
import resource
import selectors
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connection import Connection

FILES_WANTED = 16_384
TICK_S = 0.005
DRAINED_WITHIN_S = 120.0
IN_DOUBT = b"not known whether it took effect"


def allow_files() -> int:
    """Lets this process and its children have many connections; gives how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


@dataclass
class Tally:
    """What became of the requests. `acknowledged` maps an order to the payment that it was told of."""

    offered: int = 0
    not_offered: int = 0
    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)
    turned_away: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    without_retry_after: int = 0
    strange: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    in_flight_most: int = 0

    @property
    def rate(self) -> float:
        """Requests that were offered in a second."""
        return self.offered / self.seconds if self.seconds else 0.0


class Client:
    """One connection and the order that it has under way."""

    def __init__(self, url: str, key: str) -> None:
        self.line = Connection(url, key)
        self.socket: socket.socket = self.line.socket
        self.order, self.sent_at, self.got = "", 0.0, b""

    def send(self, order: str) -> None:
        """Sends a payment and does not wait."""
        self.order, self.sent_at = order, time.monotonic()
        form = {"amount": 2_000, "currency": "usd", "payment_method": "pm_card_visa", "payment_method_types[]": "card",
                "confirm": "true", "metadata[order]": order}
        self.line.send("POST", "/v1/payment_intents", form, f"flood-{order}")

    def answer(self) -> tuple[int, bytes, bytes] | None:
        """Status, head and body once they are whole."""
        piece = self.socket.recv(65_536)
        if not piece:
            raise ConnectionResetError("closed")
        self.got += piece
        head, mark, body = self.got.partition(b"\r\n\r\n")
        if not mark:
            return None
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return None
        self.got = b""
        return int(head[9:12]), head.lower(), body


class Flood:
    """So many connections of one merchant."""

    def __init__(self, url: str, key: str, connections: int, name: str) -> None:
        self._name = name
        self._idle = [Client(url, key) for _ in range(connections)]
        self._selector = selectors.DefaultSelector()
        for client in self._idle:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def run(self, seconds: float, rate: float = float("inf"), burst: int = 0) -> Tally:
        """Offers a burst and then so many requests a second; without a rate as many as connections are free. Returns when
        everything is answered."""
        tally, began = Tally(), time.monotonic()
        total = len(self._idle)
        while True:
            now = time.monotonic()
            if now - began < seconds:
                due = total if rate == float("inf") else burst + int(rate * (now - began)) - tally.offered - tally.not_offered
                self._offer(tally, due, rate != float("inf"))
            elif not tally.seconds:
                tally.seconds = now - began
            if tally.seconds and not self._busy(total):
                return tally
            assert now - began < seconds + DRAINED_WITHIN_S, f"{self._busy(total)} requests were never answered"
            tally.in_flight_most = max(tally.in_flight_most, self._busy(total))
            for key, _ in self._selector.select(TICK_S):
                self._take(tally, key.data)
            total = len(self._selector.get_map())

    def _busy(self, total: int) -> int:
        return total - len(self._idle)

    def _offer(self, tally: Tally, due: int, counts_missed: bool) -> None:
        for number in range(due):
            if not self._idle:
                tally.not_offered += (due - number) if counts_missed else 0
                return
            client = self._idle.pop()
            client.send(f"{self._name}-{tally.offered}")
            tally.offered += 1

    def _take(self, tally: Tally, client: Client) -> None:
        try:
            got = client.answer()
        except OSError:
            tally.unknown.add(client.order)
            tally.answers[0] += 1
            self._selector.unregister(client.socket)
            client.line.close()
            return
        if got is None:
            return
        status, head, body = got
        note(tally, client.order, (status, b"retry-after:" in head, body))
        tally.waits_s.append(time.monotonic() - client.sent_at)
        self._idle.append(client)

    def close(self) -> None:
        """Closes everything."""
        for client in [key.data for key in self._selector.get_map().values()]:
            client.line.close()
        self._selector.close()


def note(tally: Tally, order: str, answer: tuple[int, bool, bytes]) -> None:
    """Counts one answer: its status, whether it says when to come again, and its body."""
    status, says_when, body = answer
    tally.answers[status] += 1
    if status == 200:
        tally.acknowledged[order] = json.loads(body)["id"]
    elif status in (429, 503):
        tally.without_retry_after += not says_when
        (tally.unknown if IN_DOUBT in body else tally.turned_away).add(order)
    else:
        tally.strange.append(f"{order} was answered with {status}: {body[:200]!r}")


def stored(intents: list[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Which payments each order has, with their states."""
    found: dict[str, list[tuple[str, str]]] = {}
    for intent in intents:
        if intent["metadata"].get("order"):
            found.setdefault(intent["metadata"]["order"], []).append((intent["id"], intent["status"]))
    return found
