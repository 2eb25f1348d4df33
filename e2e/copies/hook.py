"""The merchant's webhook server as a witness: every request that arrived, in order, with its time.

It can fail the first tries, and it can hold requests: they are counted as arrived and stay without an answer until the
test lets go, as those of a slow server would.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that was killed leaves a broken line behind; that is planned."""


class Hook:
    """Listens on a free port of loopback until `close`."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self._arrivals: list[Arrival] = []
        self._lock = threading.Lock()
        self._holds = False
        self._let_go = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        """The address to register."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bool]:
        event = json.loads(body)["id"]
        with self._lock:
            earlier = sum(a.event == event and a.path == path for a in self._arrivals)
            self._arrivals.append(Arrival(event, path, headers.get("stripe-signature", ""), headers.get("webhook-id", ""),
                                          body, time.monotonic(), self._holds))
            return (500 if earlier < self.failures else 200), self._holds

    def _handler(hook) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, is_held = hook._take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                if is_held:
                    hook._let_go.wait(HELD_AT_MOST_S)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Keeps the test output quiet."""

        return Handler
