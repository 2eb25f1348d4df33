"""A merchant's webhook server on loopback: keeps what arrives, answers what the test wants."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

import waiting


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


class Receiver:
    """Listens on a free loopback port until `close`."""

    def __init__(self) -> None:
        self.status_by_path: dict[str, int] = {}
        self._deliveries: list[Delivery] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        """The address to register for `path`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def arrived(self, path: str = "/hook") -> list[Delivery]:
        """What has arrived on `path` so far."""
        with self._lock:
            return [d for d in self._deliveries if d.path == path]

    def wait(self, wanted: Callable[[dict[str, Any]], bool], what: str, path: str = "/hook") -> Delivery:
        """The first delivery on `path` whose event is wanted; fails at the deadline."""
        return waiting.until(
            lambda: next((d for d in self.arrived(path) if wanted(d.event)), None), f"webhook {what}"
        )

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """A redirect that is followed may come as a GET; it counts like any other request."""
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {k.lower(): v for k, v in self.headers.items()}
                with receiver._lock:
                    receiver._deliveries.append(Delivery(self.path, headers, body))
                status = receiver.status_by_path.get(self.path, 200)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", receiver.url("/elsewhere"))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Keeps the test output quiet."""

        return Handler
